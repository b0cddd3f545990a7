package cover_test

import (
	"reflect"
	"testing"

	"testudo"
	"testudo/internal/cover"
)

// TestFootprintIsThatOfAllPlaces: the areas and contours of a map that flies where a
// contour may run are those of one that flies everywhere, cell by cell, and beyond
// its edge nothing is defended. At the places flown both have the same flight; found
// anew, it lies within a metre of it, and one place in five hundred at most lies so
// near a contour that this decides.
func TestFootprintIsThatOfAllPlaces(t *testing.T) {
	for _, x := range []struct {
		file string
		q    cover.Query
	}{
		{"northeast-asia-2014", cover.Query{Nation: "JPN", Posture: "engage-on-remote", Missile: "nodong", From: "kittaeryong", GridM: 40e3}},
		{"northeast-asia-2017", cover.Query{Battery: "korea-thaad", Posture: "tracks", Missile: "nodong", From: "wonsan", GridM: 10e3}},
		{"gulf", cover.Query{Posture: "gulf-network", Missile: "shahab-3", From: "semnan", GridM: 60e3}},
	} {
		s, err := testudo.Load("../../scenarios/" + x.file + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		m, all, apart, err := cover.FlyAll(s.File, x.q, 2)
		if err != nil {
			t.Fatal(err)
		}
		if m.Flown*2 > len(m.Values) {
			t.Errorf("%s: %d of %d places flown: the test says little", x.file, m.Flown, len(m.Values))
		}
		if apart*500 > m.Flown {
			t.Errorf("%s: of %d places flown %d turn out otherwise when their flights are found anew", x.file, m.Flown, apart)
		}
		inner := *m
		inner.Values = nil
		for j := all.J0; j < all.J0+all.NJ; j++ {
			for i := all.I0; i < all.I0+all.NI; i++ {
				v := all.At(i, j)
				if i >= m.I0 && i < m.I0+m.NI && j >= m.J0 && j < m.J0+m.NJ {
					inner.Values = append(inner.Values, v)
				} else if v.P != [cover.Modes]float64{} {
					t.Errorf("%s: beyond the map, at (%d, %d), is something defended: %v", x.file, i, j, v)
				}
			}
		}
		for mode, name := range cover.ModeNames {
			for _, l := range append([]float64{cover.LeastShot}, cover.Levels[:]...) {
				if a, b := m.AreaM2(mode, l), inner.AreaM2(mode, l); a != b {
					t.Errorf("%s, %s, best shot %g: %.0f km2, flown in full %.0f", x.file, name, l, a/1e6, b/1e6)
				}
				if a, b := m.AllM2(mode, l), inner.AllM2(mode, l); a != b {
					t.Errorf("%s, %s, all looks %g: %.0f km2, flown in full %.0f", x.file, name, l, a/1e6, b/1e6)
				}
				if !reflect.DeepEqual(m.Contour(mode, l), inner.Contour(mode, l)) || !reflect.DeepEqual(m.AllContour(mode, l), inner.AllContour(mode, l)) {
					t.Errorf("%s, %s: the contours at %g are not those flown in full", x.file, name, l)
				}
			}
			for n := 1; n <= 2; n++ {
				if a, b := m.ShotsM2(mode, n), inner.ShotsM2(mode, n); a != b {
					t.Errorf("%s, %s, %d opportunities: %.0f km2, flown in full %.0f", x.file, name, n, a/1e6, b/1e6)
				}
				if !reflect.DeepEqual(m.ShotContour(mode, n), inner.ShotContour(mode, n)) {
					t.Errorf("%s, %s: the contours of %d opportunities are not those flown in full", x.file, name, n)
				}
			}
		}
	}
}
