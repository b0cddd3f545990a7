package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

func draw(t *testing.T, scale float64, body string) image.Image {
	t.Helper()
	out, err := PNG([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -20 100 60" width="100" height="60"><style>.p{fill:#ffffff}.r{fill:#ff0000}.t{font:13px sans-serif;fill:#000000}.b{font-weight:600}.s{fill:none;stroke:#0000ff;stroke-width:4}</style><rect class="p" x="-10" y="-20" width="100%" height="100%"/>`+body+`</svg>`), scale)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if want := image.Rect(0, 0, int(100*scale), int(60*scale)); m.Bounds() != want {
		t.Fatalf("picture %v, want %v", m.Bounds(), want)
	}
	return m
}

var (
	white = color.RGBA{255, 255, 255, 255}
	red   = color.RGBA{255, 0, 0, 255}
	blue  = color.RGBA{0, 0, 255, 255}
)

// TestShapes looks at pixels inside and outside of what was drawn; places are in
// the drawing's own units, of which the picture's corner is (-10, -20).
func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		body    string
		in, out [2]float64
		want    color.RGBA
	}{
		"rect":                {`<rect x="0" y="0" width="20" height="10" class="r"/>`, [2]float64{10, 5}, [2]float64{21, 5}, red},
		"circle":              {`<circle cx="30" cy="10" r="8" class="r"/>`, [2]float64{30, 10}, [2]float64{36.5, 16.5}, red},
		"line":                {`<line x1="0" y1="10" x2="50" y2="10" class="s"/>`, [2]float64{25, 11}, [2]float64{25, 14}, blue},
		"path":                {`<path d="M0 0H40V20L0 20Z" class="r"/>`, [2]float64{39, 19}, [2]float64{41, 10}, red},
		"hole":                {`<path fill-rule="evenodd" d="M0 0H40V30H0ZM10 10H30V20H10Z" class="r"/>`, [2]float64{5, 5}, [2]float64{20, 15}, red},
		"half-disc":           {`<path d="M10 20A10 10 0 0 1 30 20Z" class="r"/>`, [2]float64{20, 12}, [2]float64{20, 25}, red},
		"dashes":              {`<path d="M0 10H60" class="s" stroke-dasharray="10 10"/>`, [2]float64{5, 10}, [2]float64{15, 10}, blue},
		"clip":                {`<clipPath id="k"><rect x="0" y="0" width="10" height="10"/></clipPath><g clip-path="url(#k)"><rect x="-5" y="-5" width="50" height="50" class="r"/></g>`, [2]float64{5, 5}, [2]float64{12, 5}, red},
		"rule over attribute": {`<rect x="0" y="0" width="9" height="9" fill="#0000ff" class="r"/>`, [2]float64{5, 5}, [2]float64{20, 5}, red},
	} {
		for _, scale := range []float64{1, 2, 2.5} {
			m := draw(t, scale, c.body)
			at := func(p [2]float64) color.RGBA {
				return color.RGBAModel.Convert(m.At(int((p[0]+10)*scale), int((p[1]+20)*scale))).(color.RGBA)
			}
			if got := at(c.in); got != c.want {
				t.Errorf("%s at scale %g: inside is %v, want %v", name, scale, got, c.want)
			}
			if got := at(c.out); got != white {
				t.Errorf("%s at scale %g: outside is %v, want white", name, scale, got)
			}
		}
	}
}

// ink is the box of what is not white.
func ink(m image.Image) image.Rectangle {
	var r image.Rectangle
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			if a, b, c, _ := m.At(x, y).RGBA(); a+b+c < 3*0xc000 {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

func TestText(t *testing.T) {
	for anchor, side := range map[string]func(image.Rectangle) bool{
		"start":  func(r image.Rectangle) bool { return r.Min.X >= 100 },
		"end":    func(r image.Rectangle) bool { return r.Max.X <= 101 },
		"middle": func(r image.Rectangle) bool { return r.Min.X < 90 && r.Max.X > 110 },
	} {
		r := ink(draw(t, 2, `<text x="40" y="10" class="t" text-anchor="`+anchor+`">−1.96 é</text>`))
		if r.Empty() || !side(r) || r.Max.Y > 62 || r.Min.Y < 30 {
			t.Errorf("anchor %s: ink in %v", anchor, r)
		}
	}
	light, heavy := ink(draw(t, 2, `<text x="0" y="10" class="t">Seoul</text>`)), ink(draw(t, 2, `<text x="0" y="10" class="t b">Seoul</text>`))
	if heavy.Dx() <= light.Dx() {
		t.Errorf("bold letters run %d, light ones %d", heavy.Dx(), light.Dx())
	}
}

// TestNothingIsLeftOut: what the picture would lack is an error.
func TestNothingIsLeftOut(t *testing.T) {
	for _, c := range [][2]string{
		{`<svg width="9" height="9"><image href="x"/></svg>`, "<image>"},
		{`<svg width="9" height="9"><path d="M0 0T1 1"/></svg>`, "command T"},
		{`<svg width="9" height="9"><path d="M0"/></svg>`, "no number"},
		{`<svg width="9" height="9"><rect width="1" height="1" fill="url(#x)"/></svg>`, "colour"},
		{`<svg width="9" height="9"><text><tspan>x</tspan></text></svg>`, "<tspan>"},
		{`<svg width="99999" height="9"/>`, "pixels"},
		{`<rect/>`, "outside"},
		{`<svg width="9" height="9"><g>`, "EOF"},
		{``, "no drawing"},
	} {
		if _, err := PNG([]byte(c[0]), 1); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: error %v, want one with %q", c[0], err, c[1])
		}
	}
	if _, err := PNG([]byte(`<svg width="9" height="9"/>`), 0); err == nil {
		t.Error("scale 0 passed")
	}
}
