// Package track says how well a flight is known, to whom, and when.
//
// The state has seven components: position and velocity in the Earth-fixed
// frame at the end of the burn (the epoch) and the logarithm of the ballistic
// coefficient. Each sensor's looks are turned once into Fisher information
// about that state, carried back to the epoch by the state-transition matrix of
// the nominal trajectory. Information from independent sensors adds, so the
// track that any set of sensors would hold under any sharing arrangement is a
// sum of small matrices, each taken at its own delay. Age is paid for by
// exponential fading, which stands for process noise and keeps the sum additive.
//
// Two cautions decide the rest. What comes over a broker may already contain
// what one has: it is fused by covariance intersection, which is right for any
// correlation. And nothing known twice is counted twice.
//
// The package also holds what is needed to test that short cut: extended and
// unscented Kalman filters on the same dynamics, consistency bounds, and the
// usual metrics between sets of tracks and truths.
//
// Sources: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications
// to Tracking and Navigation (2001); S. Julier, J. Uhlmann, ACC 1997 (covariance
// intersection); P. Tichavsky et al., IEEE Trans. SP 46 (1998) (information
// recursion).
package track
