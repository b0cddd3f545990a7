package measure

import (
	"strings"
	"testing"
)

func TestNumbersForReaders(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 8.937: "8.94", 12.34: "12.3", 250.4: "250", 0.0012: "0.0012", -1.957: "-1.96"} {
		if got := Num(x); got != want {
			t.Errorf("Num(%g) = %s, want %s", x, got, want)
		}
	}
	for p, want := range map[float64]string{0: "0 %", 1: "100 %", 0.5: "50 %", 0.999: "99.9 %", 0.99999: ">99.9 %", 0.0012: "0.12 %"} {
		if got := Percent(p); got != want {
			t.Errorf("Percent(%g) = %s, want %s", p, got, want)
		}
	}
}

func row2(name string, leakers float64, step, base Figure) Row {
	return Row{Posture: name, Leakers: Figure{leakers, leakers - 0.1, leakers + 0.1}, Launched: Figure{20, 20, 20}, Step: Change{Leakers: step}, Base: Change{Leakers: base}}
}

// The verdict says together only where the interval says so.
func TestVerdictFollowsTheInterval(t *testing.T) {
	zero := Figure{}
	better := &Comparison{Rows: []Row{row2("alone", 8, zero, zero), row2("warned", 8, zero, zero), row2("mutual", 6, Figure{-2, -2.2, -1.8}, Figure{-2, -2.2, -1.8})}}
	for _, w := range []string{"Together is better", `"mutual" 2.00 fewer`, "1.80 to 2.20", "25 %", `No measurable gain in leakers comes from the step to "warned"`} {
		if v := Verdict(better); !strings.Contains(v, w) {
			t.Errorf("%q is not in: %s", w, v)
		}
	}
	unsure := &Comparison{Rows: []Row{row2("alone", 8, zero, zero), row2("mutual", 7.9, Figure{-0.1, -0.3, 0.1}, Figure{-0.1, -0.3, 0.1})}}
	if v := Verdict(unsure); !strings.Contains(v, "Together is not better here") {
		t.Errorf("an interval over zero is taken for a gain: %s", v)
	}
	worse := &Comparison{Rows: []Row{row2("alone", 8, zero, zero), row2("odd", 9, Figure{1, 0.8, 1.2}, Figure{1, 0.8, 1.2})}}
	if v := Verdict(worse); !strings.Contains(v, `More arrive after the step to "odd" (1.00 more)`) {
		t.Errorf("a loss is not told: %s", v)
	}
}
