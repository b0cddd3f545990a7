package verify

import (
	"fmt"
	"math"

	"testudo/internal/sense"
	"testudo/internal/track"
)

func detection(c *collector) error {
	c.set(Strong, "exact Marcum/Swerling integrals; case 0, N = 1: mhostetter.github.io/sdr min_snr = 13.183490056794499 dB", "the digits of the table")
	for _, r := range []struct {
		swerling, n int
		pd, pfa, db float64
	}{{0, 1, 0.9, 1e-6, 13.18349}, {0, 10, 0.9, 1e-6, 5.26749}, {1, 1, 0.9, 1e-6, 21.14364}, {1, 10, 0.5, 1e-4, 3.71665}, {1, 10, 0.9, 1e-6, 13.49956}, {1, 50, 0.9, 1e-4, 7.76279}, {3, 1, 0.9, 1e-6, 17.2960}, {2, 10, 0.9, 1e-6, 6.2919}, {3, 10, 0.9, 1e-6, 9.6014}, {4, 10, 0.9, 1e-6, 5.8062}} {
		x, err := sense.RequiredSNR(r.swerling, r.n, r.pd, r.pfa)
		if err != nil {
			return err
		}
		c.check(fmt.Sprintf("case %d, N %d, Pd %g, Pfa %g: required SNR", r.swerling, r.n, r.pd, r.pfa), "dB", x, r.db, 6e-5)
	}
	c.set(Strong, "Albersheim 1981 and Shnidman 2002 as documented at mathworks help phased/ref", "formula against formula: the digits of the table")
	for _, r := range []struct {
		n           int
		pd, pfa, db float64
	}{{1, 0.9, 1e-6, 13.1145}, {10, 0.9, 1e-6, 4.9904}} {
		x, err := sense.Albersheim(r.n, r.pd, r.pfa)
		if err != nil {
			return err
		}
		c.check(fmt.Sprintf("Albersheim, N %d, Pd %g, Pfa %g", r.n, r.pd, r.pfa), "dB", x, r.db, 1e-4)
	}
	for _, r := range []struct {
		swerling, n int
		pd, pfa, db float64
	}{{0, 1, 0.9, 1e-6, 13.1217}, {1, 1, 0.9, 1e-6, 21.3461}, {1, 10, 0.9, 1e-6, 13.5805}} {
		x, err := sense.Shnidman(r.swerling, r.n, r.pd, r.pfa)
		if err != nil {
			return err
		}
		c.check(fmt.Sprintf("Shnidman, case %d, N %d, Pd %g, Pfa %g", r.swerling, r.n, r.pd, r.pfa), "dB", x, r.db, 1e-4)
	}
	return nil
}

func mat2(a, b, d float64) (m track.Mat7) {
	m[0][0], m[0][1], m[1][0], m[1][1] = a, b, b, d
	return
}

func intersection(c *collector) error {
	c.set(Strong, "inputs: Reinhardt, Noack & Hanebeck 2012 (Tracker Component Library); outcome by numerical minimisation", "the digits printed")
	xa, pa := [track.N]float64{1, -2}, mat2(3, 0, 0.4)
	xb, pb := [track.N]float64{-2, -1}, mat2(2, -0.8, 1)
	d, err := track.Intersect(2, &xa, &pa, &xb, &pb, track.ByDeterminant)
	if err != nil {
		return err
	}
	c.check("by determinant: omega", "", d.Omega, 0.56451613, 2e-8)
	c.check("by determinant: P11", "", d.P[0][0], 2.09908999, 2e-8)
	c.check("by determinant: x1", "", d.X[0], -0.44515477, 2e-8)
	t, err := track.Intersect(2, &xa, &pa, &xb, &pb, track.ByTrace)
	if err != nil {
		return err
	}
	c.check("by trace: omega", "", t.Omega, 0.40370291, 2e-8)
	c.check("by trace: trace", "", t.P[0][0]+t.P[1][1], 2.567595, 2e-8)
	return nil
}

func metrics(c *collector) error {
	c.set(Strong, "github dstl/Stone-Soup stonesoup/metricgenerator/tests (MIT)", "exact")
	line := func(n int, from float64) (out []track.Point) {
		for i := 0; i < n; i++ {
			out = append(out, track.Point{float64(i) + from})
		}
		return
	}
	for _, p := range []float64{1, 2, math.Inf(1)} {
		x, err := track.OSPA(line(5, 0), line(5, 0.5), 10, p)
		if err != nil {
			return err
		}
		c.check(fmt.Sprintf("OSPA, p = %g", p), "", x, 0.5, 1e-9)
	}
	for _, r := range [][2]float64{{0.5, 2.5}, {1, 5}} {
		g, err := track.GOSPA(line(5, 0), line(5, r[0]), 10, 1)
		if err != nil {
			return err
		}
		c.check(fmt.Sprintf("GOSPA, tracks off by %g", r[0]), "", g.Distance, r[1], 1e-9)
	}
	far := func(ks ...float64) (out []track.Point) {
		for _, k := range ks {
			out = append(out, track.Point{100 * k})
		}
		return
	}
	ids, tracks := []int{1, 2, 3}, []int{11, 12, 13}
	g, err := track.SwitchingGOSPA([]track.Snapshot{
		{TruthID: ids, TrackID: tracks, Truth: far(1, 2, 3), Track: far(1, 2, 3)},
		{TruthID: ids, TrackID: tracks, Truth: far(1, 2, 3), Track: far(2, 1, 7)},
	}, 2, 2, 3)
	if err != nil {
		return err
	}
	c.check("GOSPA with switching: 2.5 switches, one missed, one false", "", g[1].Distance, math.Sqrt(4+2.5*9), 1e-9)
	pair := func(truth, tr int) track.Association { return track.Association{Truth: truth, Track: tr} }
	siap := track.Measure([]track.Picture{
		{T: 0, Truths: ids, Tracks: []int{11, 13, 15}, Pairs: []track.Association{pair(1, 11), pair(2, 13), pair(3, 15)}},
		{T: 1, Truths: ids, Tracks: []int{11, 12, 13, 14, 15}, Pairs: []track.Association{pair(1, 11), pair(1, 12), pair(2, 13), pair(2, 14), pair(3, 15)}},
		{T: 2, Truths: ids, Tracks: []int{12, 14}, Pairs: []track.Association{pair(1, 12), pair(2, 14)}},
		{T: 3, Truths: ids, Tracks: []int{12}, Pairs: []track.Association{pair(1, 12)}},
	})
	c.check("SIAP: rate of track number change", "1/s", siap.NumberChangeRate, 1.0/3, 1e-12)
	return nil
}

func consistency(c *collector) error {
	c.set(Strong, "chi-square quantiles (Bar-Shalom, Li & Kirubarajan 2001, §5.4)", "the digits printed")
	for _, r := range []struct {
		dim, runs int
		lo, hi    float64
	}{{6, 100, 5.3402, 6.6977}, {6, 25, 4.7194, 7.4320}, {4, 50, 3.2546, 4.8212}, {3, 50, 2.3597, 3.7160}} {
		lo, hi, err := track.MeanBounds(r.dim, r.runs, 0.95)
		if err != nil {
			return err
		}
		c.check(fmt.Sprintf("dimension %d, %d runs: lower", r.dim, r.runs), "", lo, r.lo, 6e-5)
		c.check(fmt.Sprintf("dimension %d, %d runs: upper", r.dim, r.runs), "", hi, r.hi, 6e-5)
	}
	return nil
}
