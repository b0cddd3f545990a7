package witness

import (
	"math"
	"testing"

	"testudo/internal/draw"
	"testudo/internal/flight"
	"testudo/internal/track"
)

// The quick motion of the witness is that of track.Reentry in fine steps: half a
// metre after five minutes that end in the air, and a transition matrix within a
// hundredth, where the estimates are good to tens of metres.
func TestQuickMotionIsTheModels(t *testing.T) {
	e := flight.RealEarth()
	quick, exact := newFreeFlight(e), track.Reentry(e)
	exact.MaxStepS = 0.05
	for _, c := range []struct {
		name string
		x    track.State
		span float64
	}{
		{"above the air", track.State{6.9e6, 1e5, 2e5, 900, 2500, 1500, math.Log(5000)}, 300},
		{"into the air", track.State{6.55e6, 0, 0, -1500, 2200, 300, math.Log(5000)}, 95},
		{"out of the air and back", track.State{6.42e6, 0, 0, 1400, 1800, -300, math.Log(3000)}, 300},
	} {
		a, b := c.x, c.x
		var pa, pb track.Mat7
		quick.Move(&a, 0, c.span, &pa)
		exact.Move(&b, 0, c.span, &pb)
		for i := range 3 {
			if d := math.Abs(a[i] - b[i]); d > 0.5 {
				t.Errorf("%s: position %d off by %.3f m", c.name, i, d)
			}
		}
		scale := [track.N]float64{100, 100, 100, 1, 1, 1, 0.5}
		for i := range track.N {
			off, size := 0.0, 0.0
			for j := range track.N {
				off += math.Pow((pa[i][j]-pb[i][j])*scale[j], 2)
				size += math.Pow(pb[i][j]*scale[j], 2)
			}
			if off > 1e-4*size {
				t.Errorf("%s: row %d of the transition matrix off by %.2g of its size", c.name, i, math.Sqrt(off/size))
			}
		}
	}
}

// What is known of a missile's class does not age, and cutting its variance back
// leaves a covariance that is one.
func TestTheClassOfMissileDoesNotAge(t *testing.T) {
	m := motion{newFreeFlight(flight.RealEarth()), EKF}
	e := estimate{x: track.State{6.9e6, 1e5, 2e5, 900, 2500, 1500, math.Log(5000)}}
	for i := range track.N {
		e.p[i][i] = [track.N]float64{1e4, 1e4, 1e4, 25, 25, 25, track.PriorLnBeta * track.PriorLnBeta}[i]
	}
	if !m.predict(&e, 200, 60) {
		t.Fatal("degenerated")
	}
	if v := e.p[6][6]; v > track.PriorLnBeta*track.PriorLnBeta {
		t.Errorf("variance of ln beta %.3f after 200 s", v)
	}
	if e.p[0][0] < 1e4*math.Exp(200.0/60) {
		t.Errorf("the position aged too little: %.3g m²", e.p[0][0])
	}
	if _, ok := root(&e.p); !ok {
		t.Error("not positive definite")
	}
}

// Two radars' tracks with errors drawn from their covariances fuse to an error
// that the fused covariance describes: over 2,000 pairs the mean squared error of
// seven states lies within the chi-square bounds. The class of missile, which
// both start from, is counted once.
func TestValidateFusionOfIndependentTracks(t *testing.T) {
	p := &Player{lnBeta: make([]float64, 1)}
	truth := track.State{6.9e6, 1e5, 2e5, 900, 2500, 1500, math.Log(5000)}
	const n = 2000
	sum := 0.0
	for k := range uint64(n) {
		z := func(purpose int) float64 { return draw.Normal(draw.U64(1, k, 2, uint64(purpose))) }
		prior := track.PriorLnBeta * track.PriorLnBeta
		p.lnBeta[0] = truth[6] + track.PriorLnBeta*z(0)
		list := make([]estimate, 2)
		for a := range list {
			e := &list[a]
			// Each radar measures everything on its own and adds the prior.
			for i := range track.N {
				s2 := [2][track.N]float64{{1e4, 4e4, 1e2, 9, 4, 1, 0.04}, {1e2, 1e4, 9e4, 1, 9, 4, 1}}[a][i]
				m := truth[i] + math.Sqrt(s2)*z(1+a*track.N+i)
				if i == 6 {
					m, s2 = (m/s2+p.lnBeta[0]/prior)/(1/s2+1/prior), 1/(1/s2+1/prior)
				}
				e.x[i], e.p[i][i] = m, s2
			}
		}
		f, ok := p.add(0, list)
		if !ok {
			t.Fatal("not fused")
		}
		for i := range f.x {
			f.x[i] -= truth[i]
		}
		sum += track.SquaredError(track.N, &f.x, &f.p)
	}
	lo, hi, err := track.MeanBounds(track.N, n, 0.9999)
	if err != nil {
		t.Fatal(err)
	}
	if mean := sum / n; mean < lo || mean > hi {
		t.Errorf("mean %.3f, allowed %.3f to %.3f", mean, lo, hi)
	}
}

// The curvature of a range is the spread of ½c²/r for a target that stands aside
// by Gaussian c in two directions: s²/r for equal spreads s, whatever the error
// along the line of sight.
func TestCurvatureOfARange(t *testing.T) {
	at := track.RangeAzEl{}
	e := estimate{x: track.State{1e6}}
	e.p[0][0], e.p[1][1], e.p[2][2] = 50*50, 8e3*8e3, 8e3*8e3
	if got, want := math.Sqrt(e.curvature(at)), 8e3*8e3/1e6; math.Abs(got-want) > 1e-6*want {
		t.Errorf("%.3f m, want %.3f m", got, want)
	}
	e.p[1][1], e.p[2][2] = 0, 0
	if got := e.curvature(at); got > 1e-6 {
		t.Errorf("%g m² of a target that cannot stand aside", got)
	}
}
