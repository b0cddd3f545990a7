package picture

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"

	"github.com/golang/freetype/raster"
	"github.com/srwiley/rasterx"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// faces are the two weights of the letters.
type faces struct {
	regular, bold *sfnt.Font
	buf           sfnt.Buffer
}

func loadFaces() (*faces, error) {
	r, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	b, err := sfnt.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return &faces{regular: r, bold: b}, nil
}

func (p *painter) at(x, y float64) fixed.Point26_6 {
	return fixed.Point26_6{X: fixed.Int26_6(math.Round((x - p.x0) * p.scale * 64)), Y: fixed.Int26_6(math.Round((y - p.y0) * p.scale * 64))}
}

// move adds an open line through points x, y, x, y, …
func (p *painter) move(path *rasterx.Path, xy ...float64) {
	path.Start(p.at(xy[0], xy[1]))
	for i := 2; i+1 < len(xy); i += 2 {
		path.Line(p.at(xy[i], xy[i+1]))
	}
}

func (p *painter) box(at style) image.Rectangle {
	px := func(x float64) int { return int(math.Round(x * p.scale)) }
	x, y := at.num("x", 0), at.num("y", 0)
	return image.Rect(px(x-p.x0), px(y-p.y0), px(x-p.x0+at.num("width", 0)), px(y-p.y0+at.num("height", 0)))
}

// numbers reads up to n numbers from the front of d.
func numbers(d string, n int) (v []float64, rest string, err error) {
	for len(v) < n {
		d = strings.TrimLeft(d, " ,\n\t")
		k := 0
		for k < len(d) && (d[k] >= '0' && d[k] <= '9' || d[k] == '.' || (d[k] == '-' || d[k] == '+') && (k == 0 || d[k-1] == 'e') || d[k] == 'e') {
			k++
		}
		x, err := strconv.ParseFloat(d[:k], 64)
		if err != nil {
			return nil, d, fmt.Errorf("a path with no number at %.20q", d)
		}
		v, d = append(v, x), d[k:]
	}
	return v, d, nil
}

// path reads the commands M, L, H, V, C, A and Z.
func (p *painter) path(d string) (rasterx.Path, error) {
	var out rasterx.Path
	var x, y, x0, y0 float64
	var cmd byte
	open := false
	for {
		d = strings.TrimLeft(d, " ,\n\t")
		if d == "" {
			break
		}
		if c := d[0]; c >= 'A' && c <= 'Z' {
			cmd, d = c, d[1:]
		} else if cmd == 'M' {
			cmd = 'L'
		} else if cmd == 0 || cmd == 'Z' {
			return nil, fmt.Errorf("a path with %.20q where a command must stand", d)
		}
		n, known := map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'Q': 4, 'A': 7, 'Z': 0}[cmd]
		if !known {
			return nil, fmt.Errorf("a path with the command %c", cmd)
		}
		v, rest, err := numbers(d, n)
		if err != nil {
			return nil, err
		}
		d = rest
		if !open && cmd != 'M' && cmd != 'Z' {
			out.Start(p.at(x, y))
			open = true
		}
		switch cmd {
		case 'M':
			if open {
				out.Stop(false)
			}
			x, y = v[0], v[1]
			x0, y0 = x, y
			out.Start(p.at(x, y))
			open = true
		case 'L':
			x, y = v[0], v[1]
			out.Line(p.at(x, y))
		case 'H':
			x = v[0]
			out.Line(p.at(x, y))
		case 'V':
			y = v[0]
			out.Line(p.at(x, y))
		case 'Q':
			x, y = v[2], v[3]
			out.QuadBezier(p.at(v[0], v[1]), p.at(x, y))
		case 'C':
			x, y = v[4], v[5]
			out.CubeBezier(p.at(v[0], v[1]), p.at(v[2], v[3]), p.at(x, y))
		case 'A':
			s := p.scale
			fx, fy := (x-p.x0)*s, (y-p.y0)*s
			pts := []float64{v[0] * s, v[1] * s, v[2], v[3], v[4], (v[5] - p.x0) * s, (v[6] - p.y0) * s}
			cx, cy := rasterx.FindEllipseCenter(&pts[0], &pts[1], v[2]*math.Pi/180, fx, fy, pts[5], pts[6], v[4] == 0, v[3] == 0)
			rasterx.AddArc(pts, cx, cy, fx, fy, &out)
			x, y = v[5], v[6]
		case 'Z':
			if open {
				out.Stop(true)
			}
			open = false
			x, y = x0, y0
		}
	}
	if open {
		out.Stop(false)
	}
	return out, nil
}

// colour reads #rrggbb; none and a missing one paint nothing.
func (p *painter) colour(s string, opacity float64) (color.NRGBA, bool) {
	if s == "" || s == "none" {
		return color.NRGBA{}, false
	}
	v, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || len(s) != 7 {
		p.err = fmt.Errorf("the colour %q; known are #rrggbb and none", s)
		return color.NRGBA{}, false
	}
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), uint8(math.Round(255 * opacity))}, true
}

// scanner feeds the areas of rasterx to the rasteriser of freetype, which knows
// both winding rules and touches no more pixels than a shape has.
type scanner struct {
	r   *raster.Rasterizer
	to  *raster.RGBAPainter
	box fixed.Rectangle26_6
}

func (p *painter) scanner() *scanner {
	b := p.img.Bounds()
	dest := p.img
	if n := len(p.clip); n > 0 {
		dest = p.img.SubImage(p.clip[n-1]).(*image.RGBA)
	}
	if p.raster == nil {
		p.raster = raster.NewRasterizer(b.Dx(), b.Dy())
	}
	p.raster.Clear()
	p.raster.UseNonZeroWinding = true
	return &scanner{r: p.raster, to: raster.NewRGBAPainter(dest)}
}

func (s *scanner) Start(a fixed.Point26_6)            { s.r.Start(a) }
func (s *scanner) Line(b fixed.Point26_6)             { s.r.Add1(b) }
func (s *scanner) Draw()                              { s.r.Rasterize(s.to) }
func (s *scanner) GetPathExtent() fixed.Rectangle26_6 { return s.box }
func (s *scanner) SetBounds(int, int)                 {}
func (s *scanner) SetColor(c interface{})             { s.to.SetColor(c.(color.Color)) }
func (s *scanner) SetWinding(nonZero bool)            { s.r.UseNonZeroWinding = nonZero }
func (s *scanner) Clear()                             { s.r.Clear() }
func (s *scanner) SetClip(image.Rectangle)            {}

// paint fills and strokes a path. Fill is black where nothing is said, as in
// SVG.
func (p *painter) paint(path rasterx.Path, s style) {
	if n := len(p.clip); n > 0 && p.clip[n-1].Empty() {
		return
	}
	fill, ok := s["fill"]
	if !ok {
		fill = "#000000"
	}
	all := s.num("opacity", 1)
	b := p.img.Bounds()
	inner := func() {
		if c, ok := p.colour(fill, all*s.num("fill-opacity", 1)); ok {
			f := rasterx.NewFiller(b.Dx(), b.Dy(), p.scanner())
			f.SetWinding(s["fill-rule"] != "evenodd")
			f.SetColor(c)
			path.AddTo(f)
			f.Draw()
		}
	}
	outer := func() {
		c, ok := p.colour(s["stroke"], all*s.num("stroke-opacity", 1))
		w := s.num("stroke-width", 1) * p.scale
		if !ok || w <= 0 {
			return
		}
		var dashes []float64
		for _, x := range strings.FieldsFunc(s["stroke-dasharray"], func(r rune) bool { return r == ' ' || r == ',' }) {
			if v, err := strconv.ParseFloat(x, 64); err == nil && v > 0 {
				dashes = append(dashes, v*p.scale)
			}
		}
		cap, join := rasterx.ButtCap, rasterx.Miter
		if s["stroke-linecap"] == "round" {
			cap = rasterx.RoundCap
		}
		if s["stroke-linejoin"] == "round" {
			join = rasterx.Round
		}
		d := rasterx.NewDasher(b.Dx(), b.Dy(), p.scanner())
		d.SetStroke(fixed.Int26_6(w*64), 4*64, cap, cap, rasterx.RoundGap, join, dashes, 0)
		d.SetColor(c)
		path.AddTo(d)
		d.Draw()
	}
	if strings.HasPrefix(s["paint-order"], "stroke") {
		outer()
		inner()
		return
	}
	inner()
	outer()
}

// text sets a line of letters as outlines.
func (p *painter) text(at style, text string) {
	if p.img == nil {
		return
	}
	s := p.styled(at)
	size := s.num("font-size", 13)
	font := p.faces.regular
	if s.num("font-weight", 400) >= 600 || s["font-weight"] == "bold" {
		font = p.faces.bold
	}
	// The Go letters run wider than those of a page: a little smaller, lines fit.
	size *= 0.95
	ppem := fixed.Int26_6(math.Round(size * p.scale * 64))
	type glyph struct {
		index sfnt.GlyphIndex
		x     fixed.Int26_6
	}
	var line []glyph
	var x fixed.Int26_6
	for _, r := range text {
		g, err := font.GlyphIndex(&p.faces.buf, r)
		if err != nil {
			p.err = err
			return
		}
		line = append(line, glyph{g, x})
		a, err := font.GlyphAdvance(&p.faces.buf, g, ppem, 0)
		if err != nil {
			p.err = err
			return
		}
		x += a
	}
	start := p.at(s.num("x", 0), s.num("y", 0))
	switch s["text-anchor"] {
	case "middle":
		start.X -= x / 2
	case "end":
		start.X -= x
	}
	var path rasterx.Path
	for _, g := range line {
		segs, err := font.LoadGlyph(&p.faces.buf, g.index, ppem, nil)
		if err != nil {
			p.err = err
			return
		}
		off := fixed.Point26_6{X: start.X + g.x, Y: start.Y}
		open := false
		for _, q := range segs {
			switch q.Op {
			case sfnt.SegmentOpMoveTo:
				if open {
					path.Stop(true)
				}
				path.Start(q.Args[0].Add(off))
				open = true
			case sfnt.SegmentOpLineTo:
				path.Line(q.Args[0].Add(off))
			case sfnt.SegmentOpQuadTo:
				path.QuadBezier(q.Args[0].Add(off), q.Args[1].Add(off))
			case sfnt.SegmentOpCubeTo:
				path.CubeBezier(q.Args[0].Add(off), q.Args[1].Add(off), q.Args[2].Add(off))
			}
		}
		if open {
			path.Stop(true)
		}
	}
	if len(path) > 0 {
		p.paint(path, s)
	}
}
