package verify_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlantedErrors builds the program with one error planted at a time, and
// asks that verify turns red: an anchor that cannot fail anchors nothing.
func TestPlantedErrors(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program several times")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct{ what, file, from, to, only string }{
		{"the sign of Coriolis", "internal/flight/earth.go", "ax := gxy*x + f.omx2*vy", "ax := gxy*x - f.omx2*vy", "NESC"},
		{"no Coriolis", "internal/flight/earth.go", "omx2: 2 * e.Omega", "omx2: 0 * e.Omega", "NESC"},
		{"no centrifugal force", "internal/flight/earth.go", "om2: e.Omega * e.Omega", "om2: 0", "NESC"},
		{"J2 off", "internal/flight/earth.go", "j2k: 1.5 * e.J2", "j2k: 0 * e.J2", "NESC"},
		{"a Swerling 1 target taken for a Swerling 3", "internal/sense/swerling.go", "case 1:\n\t\tdegrees = 1", "case 1:\n\t\tdegrees = 2", "Detection"},
		{"a Swerling 2 target taken for a Swerling 1", "internal/sense/swerling.go", "case 2:\n\t\tdegrees = n", "case 2:\n\t\tdegrees = 1", "Detection"},
		{"common-mode failures drawn for each missile", "internal/sim/compile.go", "PerMissile: x.PerMissile", "PerMissile: true", "closed forms"},
		{"fusion that forgets the correlation", "internal/track/intersect.go", "v[i] += w*ya[i][j]*xa[j] + (1-w)*yb[i][j]*xb[j]", "v[i] += ya[i][j]*xa[j] + yb[i][j]*xb[j]", "intersection"},
	} {
		t.Run(strings.ReplaceAll(p.what, " ", "-"), func(t *testing.T) {
			dir := t.TempDir()
			src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p.file)))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(string(src), p.from) != 1 {
				t.Fatalf("%s holds %q %d times, not once: plant the error where the code now stands", p.file, p.from, strings.Count(string(src), p.from))
			}
			bad := filepath.Join(dir, "planted.go")
			if err := os.WriteFile(bad, []byte(strings.Replace(string(src), p.from, p.to, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, filepath.FromSlash(p.file)): bad}})
			if err != nil {
				t.Fatal(err)
			}
			list := filepath.Join(dir, "overlay.json")
			if err := os.WriteFile(list, overlay, 0o600); err != nil {
				t.Fatal(err)
			}
			exe := filepath.Join(dir, "testudo")
			build := exec.Command("go", "build", "-overlay", list, "-o", exe, "./cmd/testudo")
			build.Dir = root
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err := exec.Command(exe, "verify", "--failed", "--only", p.only).CombinedOutput()
			exit, ok := err.(*exec.ExitError)
			if !ok || exit.ExitCode() != 4 {
				t.Errorf("verify stays green: %v\n%s", err, out)
			}
		})
	}
}
