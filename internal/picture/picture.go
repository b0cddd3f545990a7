// Package picture turns the drawings of package report into PNG files. It reads
// the part of SVG those drawings use and refuses the rest, so that a picture is
// never silently short of something. The letters are the Go fonts, which cover
// Latin, Greek and Cyrillic: a name in another script shows boxes in the PNG,
// and its letters in the SVG.
package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/golang/freetype/raster"
	"github.com/srwiley/rasterx"
)

// MaxSide is the longest side of a picture in pixels.
const MaxSide = 8000

// style is what the rules and attributes that hold for an element say.
type style map[string]string

func (s style) num(key string, none float64) float64 {
	f, err := strconv.ParseFloat(strings.TrimSuffix(s[key], "px"), 64)
	if err != nil {
		return none
	}
	return f
}

type painter struct {
	img    *image.RGBA
	scale  float64
	x0, y0 float64 // of the upper left corner
	rules  []rule
	faces  *faces
	clips  map[string]image.Rectangle
	clip   []image.Rectangle // of the groups that are open
	raster *raster.Rasterizer
	naming string // the clip path that is open
	err    error
}

type rule struct {
	class string
	style style
}

// PNG draws an SVG document of package report, scale pixels to its unit. An
// element, a path command or a unit it does not know is an error.
func PNG(svg []byte, scale float64) ([]byte, error) {
	if !(scale > 0) {
		return nil, fmt.Errorf("picture: scale %g, it must be above 0", scale)
	}
	p := &painter{scale: scale, clips: map[string]image.Rectangle{}}
	var err error
	if p.faces, err = loadFaces(); err != nil {
		return nil, err
	}
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("picture: %w", err)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			name, at := x.Name.Local, attributes(x)
			switch name {
			case "title", "desc", "style", "text":
				var s string
				if s, err = inside(d); err != nil {
					return nil, fmt.Errorf("picture: %w", err)
				}
				switch name {
				case "style":
					p.rules = append(p.rules, parseRules(s)...)
				case "text":
					p.text(at, s)
				}
			default:
				p.element(name, at)
			}
		case xml.EndElement:
			switch x.Name.Local {
			case "g":
				p.clip = p.clip[:len(p.clip)-1]
			case "clipPath":
				p.naming = ""
			}
		}
		if p.err != nil {
			return nil, fmt.Errorf("picture: %w", p.err)
		}
	}
	if p.img == nil {
		return nil, errors.New("picture: no drawing")
	}
	var b bytes.Buffer
	if err := png.Encode(&b, p.img); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return b.Bytes(), nil
}

func attributes(x xml.StartElement) style {
	at := style{}
	for _, a := range x.Attr {
		at[a.Name.Local] = a.Value
	}
	return at
}

// inside reads the text up to the end of the element just opened.
func inside(d *xml.Decoder) (string, error) {
	var b strings.Builder
	for {
		tok, err := d.Token()
		if err != nil {
			return "", err
		}
		switch x := tok.(type) {
		case xml.CharData:
			b.Write(x)
		case xml.StartElement:
			return "", fmt.Errorf("<%s> within a text", x.Name.Local)
		case xml.EndElement:
			return b.String(), nil
		}
	}
}

// parseRules reads .class{key:value;…} rules; font is taken apart into the size.
func parseRules(css string) []rule {
	var out []rule
	for _, block := range strings.Split(css, "}") {
		head, body, ok := strings.Cut(block, "{")
		if !ok {
			continue
		}
		r := rule{strings.TrimPrefix(strings.TrimSpace(head), "."), style{}}
		for _, kv := range strings.Split(body, ";") {
			k, v, _ := strings.Cut(kv, ":")
			k, v = strings.TrimSpace(k), strings.TrimSpace(v)
			if k == "font" {
				k, v = "font-size", strings.Fields(v)[0]
			}
			r.style[k] = v
		}
		out = append(out, r)
	}
	return out
}

// styled gives the style of an element: attributes first, rules over them in
// their order, as in CSS.
func (p *painter) styled(at style) style {
	s := style{}
	for k, v := range at {
		s[k] = v
	}
	classes := strings.Fields(at["class"])
	for _, r := range p.rules {
		for _, c := range classes {
			if c == r.class {
				for k, v := range r.style {
					s[k] = v
				}
			}
		}
	}
	return s
}

func (p *painter) element(name string, at style) {
	if name == "svg" {
		w, h := int(math.Ceil(at.num("width", 0)*p.scale)), int(math.Ceil(at.num("height", 0)*p.scale))
		if w < 1 || h < 1 || w > MaxSide || h > MaxSide {
			p.err = fmt.Errorf("a picture of %d × %d pixels; allowed are 1 to %d", w, h, MaxSide)
			return
		}
		p.img = image.NewRGBA(image.Rect(0, 0, w, h))
		if v := strings.Fields(at["viewBox"]); len(v) == 4 {
			p.x0, p.y0 = style{"x": v[0]}.num("x", 0), style{"y": v[1]}.num("y", 0)
		}
		return
	}
	if p.img == nil {
		p.err = fmt.Errorf("<%s> outside a drawing", name)
		return
	}
	if p.naming != "" {
		if name != "rect" {
			p.err = fmt.Errorf("<%s> as a clip; allowed is a rectangle", name)
			return
		}
		p.clips[p.naming] = p.box(at)
		return
	}
	var path rasterx.Path
	switch name {
	case "clipPath":
		p.naming = at["id"]
		return
	case "g":
		b := p.img.Bounds()
		if n := len(p.clip); n > 0 {
			b = p.clip[n-1]
		}
		if u := at["clip-path"]; u != "" {
			b = b.Intersect(p.clips[strings.TrimSuffix(strings.TrimPrefix(u, "url(#"), ")")])
		}
		p.clip = append(p.clip, b)
		return
	case "rect":
		if at["width"] == "100%" && at["height"] == "100%" {
			b := p.img.Bounds()
			x, y, w, h := at.num("x", 0), at.num("y", 0), float64(b.Dx())/p.scale, float64(b.Dy())/p.scale
			p.move(&path, x, y, x+w, y, x+w, y+h, x, y+h)
		} else {
			x, y, w, h := at.num("x", 0), at.num("y", 0), at.num("width", 0), at.num("height", 0)
			p.move(&path, x, y, x+w, y, x+w, y+h, x, y+h)
		}
		path.Stop(true)
	case "line":
		p.move(&path, at.num("x1", 0), at.num("y1", 0), at.num("x2", 0), at.num("y2", 0))
		path.Stop(false)
	case "circle":
		rasterx.AddCircle((at.num("cx", 0)-p.x0)*p.scale, (at.num("cy", 0)-p.y0)*p.scale, at.num("r", 0)*p.scale, &path)
	case "path":
		path, p.err = p.path(at["d"])
	default:
		p.err = fmt.Errorf("<%s> is not among the elements known", name)
	}
	if p.err == nil {
		p.paint(path, p.styled(at))
	}
}
