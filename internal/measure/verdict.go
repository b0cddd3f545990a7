package measure

import (
	"fmt"
	"math"
	"strings"
)

// Verdict says in words what a comparison shows: the size of the gain, its
// interval, which step brings it, which brings nothing, who gains and who
// spends on others.
func Verdict(c *Comparison) string {
	if len(c.Rows) < 2 {
		r := c.Rows[0]
		return fmt.Sprintf("Under %q %s of %s missiles arrive (95 %% interval %s to %s); the chance that none does is %s.",
			r.Posture, Num(r.Leakers.Value), Num(r.Launched.Value), Num(r.Leakers.Low), Num(r.Leakers.High), Percent(r.NoLeaker.Value))
	}
	first, best := c.Rows[0], c.Rows[len(c.Rows)-1]
	for _, r := range c.Rows[1:] {
		if r.Leakers.Value < best.Leakers.Value {
			best = r
		}
	}
	var s []string
	if d := best.Base.Leakers; d.Clear() && d.Value < 0 {
		part := ""
		if first.Leakers.Value > 0 {
			part = fmt.Sprintf(", which is %s of those that arrive there", Percent(-d.Value/first.Leakers.Value))
		}
		s = append(s, fmt.Sprintf("Together is better: under %q %s fewer missiles arrive than under %q (95 %% interval %s to %s)%s.",
			best.Posture, Num(-d.Value), first.Posture, Num(-d.High), Num(-d.Low), part))
	} else {
		s = append(s, fmt.Sprintf("Together is not better here: no posture lets significantly fewer missiles arrive than %q (best difference %s, 95 %% interval %s to %s).",
			first.Posture, Num(d.Value), Num(d.Low), Num(d.High)))
	}
	most, at := 0.0, ""
	var nothing, worse []string
	for _, r := range c.Rows[1:] {
		switch d := r.Step.Leakers; {
		case d.Clear() && d.Value < 0:
			if -d.Value > most {
				most, at = -d.Value, r.Posture
			}
		case d.Clear():
			worse = append(worse, fmt.Sprintf("%q (%s more)", r.Posture, Num(d.Value)))
		default:
			nothing = append(nothing, fmt.Sprintf("%q", r.Posture))
		}
	}
	if at != "" {
		s = append(s, fmt.Sprintf("The largest step is %q, which stops %s of them.", at, Num(most)))
	}
	if len(nothing) > 0 {
		s = append(s, "No measurable gain in leakers comes from the step to "+list(nothing)+".")
	}
	if len(worse) > 0 {
		s = append(s, "More arrive after the step to "+list(worse)+".")
	}
	var gains, spends []string
	for i, n := range best.Nations {
		if d := n.Base; d.Clear() {
			word := "fewer"
			if d.Value > 0 {
				word = "more"
			}
			gains = append(gains, fmt.Sprintf("%s %s %s", n.Nation, Num(math.Abs(d.Value)), word))
		}
		if n := best.Nations[i]; n.OnOthers.Value >= 0.05 {
			spends = append(spends, fmt.Sprintf("%s %s rounds (leaving %s leakers at home that met empty launchers)", n.Nation, Num(n.OnOthers.Value), Num(n.Exposed.Value)))
		}
	}
	if len(gains) > 0 {
		s = append(s, fmt.Sprintf("Per nation under %q: %s.", best.Posture, strings.Join(gains, ", ")))
	}
	if len(spends) > 0 {
		s = append(s, "Spent on others' behalf: "+strings.Join(spends, ", ")+".")
	}
	return strings.Join(s, " ")
}

func list(w []string) string {
	if len(w) == 1 {
		return w[0]
	}
	return strings.Join(w[:len(w)-1], ", ") + " or " + w[len(w)-1]
}

// Num prints a figure to a precision a reader can use: three digits, no more
// than two after the point.
func Num(x float64) string {
	switch a := math.Abs(x); {
	case a == 0:
		return "0"
	case a >= 100:
		return fmt.Sprintf("%.0f", x)
	case a >= 10:
		return fmt.Sprintf("%.1f", x)
	case a < 0.005:
		return fmt.Sprintf("%.2g", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// Percent prints a probability.
func Percent(p float64) string {
	switch {
	case p == 0 || p == 1:
		return fmt.Sprintf("%.0f %%", 100*p)
	case p > 0.9995:
		return ">99.9 %"
	case p > 0.99:
		return fmt.Sprintf("%.1f %%", 100*p)
	case p < 0.01:
		return fmt.Sprintf("%.2g %%", 100*p)
	}
	return fmt.Sprintf("%.0f %%", 100*p)
}
