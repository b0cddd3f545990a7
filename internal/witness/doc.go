// Package witness plays a raid the long way: every search look and every echo
// is drawn, radars associate noisy measurements with tracks and filter them,
// commands fuse the tracks that reach them as late and as poor as the posture
// says, and decide on the estimates they hold. The shots are then fought by the
// rules of package sim. It is the check on the board's short cuts: where the
// board takes expected information and a draw from a curve, the witness has
// estimates with actual errors.
//
// A run is played in the order of the chain:
//
//	look.go      search looks, cues, first detections, firm tracks
//	scan.go      echoes of a scan, association, filters: the tracks of one radar
//	estimate.go  an estimate and its motion by the chosen filter
//	fuse.go      the picture of a command: delay, quality, relays, fusion
//	decide.go    what is threatened, what a shot promises, what it gets
//	player.go    one worker
//	tally.go     what was counted, as integers
//
// What it leaves out is listed in docs/witness.md: clutter, merged echoes of
// targets that the radar cannot tell apart, tracking during the burn, missiles
// that vanish from the radars once they are hit.
package witness
