package testudo

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"testudo/internal/scenario"
	"testudo/internal/units"
)

// change alters a copy of a scenario file; the original stays as it is.
func change(f *scenario.File, how func(f *scenario.File)) *Scenario {
	g := *f
	g.Sensors = append([]scenario.Sensor(nil), f.Sensors...)
	g.Batteries = append([]scenario.Battery(nil), f.Batteries...)
	g.Assets = append([]scenario.Asset(nil), f.Assets...)
	g.Postures = append([]scenario.Posture(nil), f.Postures...)
	how(&g)
	return &Scenario{&g}
}

func moveBattery(k int, by units.Angle) func(*scenario.File) {
	return func(f *scenario.File) { f.Batteries[k].At.Lat += by }
}

func moveSensor(k int, by units.Angle) func(*scenario.File) {
	return func(f *scenario.File) { f.Sensors[k].At.Lon += by }
}

func cutLink(posture int) func(*scenario.File) {
	return func(f *scenario.File) {
		p := &f.Postures[posture%len(f.Postures)]
		if n := len(p.Edges); n > 0 {
			p.Edges = append([]scenario.Edge(nil), p.Edges[:n-1]...)
		}
	}
}

// Whatever is changed, and however often, what CompileFrom makes out of the
// world before is the board that Compile makes out of nothing.
func TestCompileFromIsCompile(t *testing.T) {
	s, err := Load("scenarios/northeast-asia-2014.yaml")
	if err != nil {
		t.Fatal(err)
	}
	world, err := s.Compile("")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(8, 2014))
	for step := 0; step < 8; step++ {
		f := s.File
		by := units.Angle(1e-3 * (r.Float64() - 0.5))
		switch step % 6 {
		case 0:
			s = change(f, moveBattery(r.IntN(len(f.Batteries)), by))
		case 1:
			s = change(f, moveSensor(r.IntN(len(f.Sensors)), by))
		case 2:
			s = change(f, cutLink(r.IntN(len(f.Postures))))
		case 3:
			s = change(f, func(f *scenario.File) { f.Batteries = f.Batteries[1:] })
		case 4:
			s = change(f, func(f *scenario.File) { f.Assets[0].At.Lat += by })
		default:
			// Other order, other numbers: what is kept is kept by content.
			s = change(f, func(f *scenario.File) {
				f.Sensors[0].ID, f.Sensors[1].ID = f.Sensors[1].ID, f.Sensors[0].ID
				f.Batteries[0].KillProbability = 0.5
			})
		}
		if world, err = s.CompileFrom(world, ""); err != nil {
			t.Fatal(err)
		}
		cold, err := s.Compile("")
		if err != nil {
			t.Fatal(err)
		}
		got, err := world.Board.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		want, err := cold.Board.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("step %d: the board compiled from the one before differs from the one compiled from nothing", step)
		}
	}
}

func benchRecompile(b *testing.B, how func(i int) func(*scenario.File)) {
	s, err := Load("scenarios/northeast-asia-2014.yaml")
	if err != nil {
		b.Fatal(err)
	}
	w, err := s.Compile("")
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if w, err = change(s.File, how(i)).CompileFrom(w, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	s, err := Load("scenarios/northeast-asia-2014.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Compile(""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecompileBattery(b *testing.B) {
	benchRecompile(b, func(i int) func(*scenario.File) { return moveBattery(i%5, units.Angle(i)*1e-5) })
}

func BenchmarkRecompileSensor(b *testing.B) {
	benchRecompile(b, func(i int) func(*scenario.File) { return moveSensor(i%2, units.Angle(i)*1e-5) })
}

func BenchmarkRecompileLink(b *testing.B) {
	benchRecompile(b, func(i int) func(*scenario.File) { return cutLink(i % 7) })
}
