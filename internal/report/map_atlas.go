package report

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"sync"

	"testudo/internal/geo"
)

//go:embed mapdata/countries.bin
var countriesBin []byte

// atlas holds the outlines of the world's countries as arcs that neighbours
// share: an arc of two countries is a border, an arc of one a coast.
type atlas struct {
	arcs      [][][2]float64 // degrees east, north
	users     []int          // countries per arc
	countries []country
}

type country struct {
	code, name string
	polygons   [][][]int // polygon, ring, arcs; -1-i is arc i backwards
}

var errAtlas = errors.New("the outlines of countries are damaged")

// loadAtlas unpacks the outlines once.
var loadAtlas = sync.OnceValues(func() (*atlas, error) {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(countriesBin)))
	if err != nil {
		return nil, err
	}
	r := bytes.NewReader(raw)
	var f [4]float64
	if err := binary.Read(r, binary.LittleEndian, &f); err != nil {
		return nil, err
	}
	bad := false
	get := func() int {
		x, err := binary.ReadVarint(r)
		if err != nil || x < -1<<24 || x > 1<<24 {
			bad = true
			return 0
		}
		return int(x)
	}
	text := func() string {
		n := get()
		if n < 0 || n > r.Len() {
			bad = true
			return ""
		}
		b := make([]byte, n)
		io.ReadFull(r, b)
		return string(b)
	}
	a := &atlas{arcs: make([][][2]float64, max(0, get()))}
	for i := range a.arcs {
		x, y := 0, 0
		for n := get(); n > 0 && !bad; n-- {
			x, y = x+get(), y+get()
			a.arcs[i] = append(a.arcs[i], [2]float64{f[2] + float64(x)*f[0], f[3] + float64(y)*f[1]})
		}
	}
	a.users = make([]int, len(a.arcs))
	for n := get(); n > 0 && !bad; n-- {
		c := country{code: text(), name: text()}
		for p := get(); p > 0 && !bad; p-- {
			var poly [][]int
			for q := get(); q > 0 && !bad; q-- {
				var ring []int
				for k := get(); k > 0 && !bad; k-- {
					i := get()
					at := i
					if i < 0 {
						at = -1 - i
					}
					if at >= len(a.arcs) {
						return nil, errAtlas
					}
					a.users[at]++
					ring = append(ring, i)
				}
				poly = append(poly, ring)
			}
			c.polygons = append(c.polygons, poly)
		}
		a.countries = append(a.countries, c)
	}
	if bad || len(a.countries) == 0 {
		return nil, errAtlas
	}
	return a, nil
})

// ring gives the points of a ring, each once.
func (a *atlas) ring(arcs []int) [][2]float64 {
	var out [][2]float64
	for _, i := range arcs {
		if i >= 0 {
			out = append(out, a.arcs[i][1:]...)
			continue
		}
		arc := a.arcs[-1-i]
		for k := len(arc) - 2; k >= 0; k-- {
			out = append(out, arc[k])
		}
	}
	return out
}

// Outline is a country's ground, for asking what lies within.
type Outline struct {
	Code, Name string
	rings      [][][2]float64
	boxes      [][4]float64
}

// CountryOutline gives the outline of a country by its three-letter code, false
// if there is none.
func CountryOutline(code string) (*Outline, bool) {
	a, err := loadAtlas()
	if err != nil || code == "" {
		return nil, false
	}
	var o *Outline
	for _, c := range a.countries {
		if c.code != code {
			continue
		}
		if o == nil {
			o = &Outline{Code: c.code, Name: c.name}
		}
		for _, p := range c.polygons {
			for _, r := range p {
				pts := unwrapped(a.ring(r))
				box := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
				for _, p := range pts {
					box[0], box[1], box[2], box[3] = math.Min(box[0], p[0]), math.Min(box[1], p[1]), math.Max(box[2], p[0]), math.Max(box[3], p[1])
				}
				o.rings, o.boxes = append(o.rings, pts), append(o.boxes, box)
			}
		}
	}
	return o, o != nil
}

// unwrapped lets the longitudes of a ring that crosses the date line run on
// beyond 180 degrees.
func unwrapped(ring [][2]float64) [][2]float64 {
	turn := 0.0
	for i := range ring {
		x := ring[i][0] + turn
		if i > 0 {
			if d := x - ring[i-1][0]; d > 180 {
				turn, x = turn-360, x-360
			} else if d < -180 {
				turn, x = turn+360, x+360
			}
		}
		ring[i][0] = x
	}
	return ring
}

// Contains reports whether a place lies within the country, by the parity of
// crossings; holes count as outside.
func (o *Outline) Contains(at geo.LLA) bool {
	lon, y := math.Remainder(float64(at.Lon), 2*math.Pi)*180/math.Pi, float64(at.Lat)*180/math.Pi
	in := false
	for k, r := range o.rings {
		// The turn of the longitude that could lie within this ring.
		b := o.boxes[k]
		x := lon + 360*math.Ceil((b[0]-lon)/360)
		if x > b[2] || y < b[1] || y > b[3] {
			continue
		}
		for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
			if (r[i][1] > y) != (r[j][1] > y) && x < (r[j][0]-r[i][0])*(y-r[i][1])/(r[j][1]-r[i][1])+r[i][0] {
				in = !in
			}
		}
	}
	return in
}

// offshoreM is how far from any coast of the outlines a place must lie to be at
// sea for certain: they are coarse, and radars stand on capes.
const offshoreM = 15e3

// offshore reports whether a place lies at sea.
func offshore(at geo.LLA) bool {
	a, err := loadAtlas()
	if err != nil {
		return false
	}
	lat, lon := float64(at.Lat)*180/math.Pi, math.Remainder(float64(at.Lon), 2*math.Pi)*180/math.Pi
	const reach = offshoreM / 111e3
	wide := reach / math.Max(0.02, math.Cos(float64(at.Lat)))
	for _, arc := range a.arcs {
		for i := 1; i < len(arc); i++ {
			// The distance to the segment on a plane that is flat here.
			px, py := math.Remainder(arc[i-1][0]-lon, 360)/wide, (arc[i-1][1]-lat)/reach
			qx, qy := math.Remainder(arc[i][0]-lon, 360)/wide, (arc[i][1]-lat)/reach
			if math.Abs(px-qx) > 90/wide || math.Min(py, qy) > 1 || math.Max(py, qy) < -1 {
				continue
			}
			dx, dy := qx-px, qy-py
			f := 0.0
			if l := dx*dx + dy*dy; l > 0 {
				f = math.Max(0, math.Min(1, -(px*dx+py*dy)/l))
			}
			if math.Hypot(px+f*dx, py+f*dy) < 1 {
				return false
			}
		}
	}
	for _, c := range a.countries {
		if o, ok := CountryOutline(c.code); ok && o.Contains(at) {
			return false
		}
	}
	return true
}

// AreaM2 is the country's area on the ellipsoid, by integrating its rings on the
// equal-area cylinder.
func (o *Outline) AreaM2() float64 {
	e2 := geo.WGS84.F * (2 - geo.WGS84.F)
	e := math.Sqrt(e2)
	q := func(latDeg float64) float64 {
		s := math.Sin(latDeg * math.Pi / 180)
		return (1 - e2) * (s/(1-e2*s*s) + math.Atanh(e*s)/e)
	}
	sum := 0.0
	for _, r := range o.rings {
		for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
			sum += (r[i][0] - r[j][0]) * math.Pi / 180 * (q(r[i][1]) + q(r[j][1])) / 2
		}
	}
	// Outer rings run clockwise in this data, holes the other way.
	return math.Abs(sum) * geo.WGS84.A * geo.WGS84.A / 2
}

// OutlinesGeoJSON gives the world's coasts and borders as a GeoJSON
// FeatureCollection of lines, and its land as polygons: what a map elsewhere
// draws under a theatre. Places are rounded to a thousandth of a degree.
func OutlinesGeoJSON() ([]byte, error) {
	a, err := loadAtlas()
	if err != nil {
		return nil, err
	}
	type geometry struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}
	type feature struct {
		Type       string            `json:"type"`
		Properties map[string]string `json:"properties"`
		Geometry   geometry          `json:"geometry"`
	}
	short := func(line [][2]float64) [][2]float64 {
		out := make([][2]float64, len(line))
		for i, p := range line {
			out[i] = [2]float64{math.Round(p[0]*1000) / 1000, math.Round(p[1]*1000) / 1000}
		}
		return out
	}
	var all []feature
	for _, c := range a.countries {
		var polygons [][][][2]float64
		for _, poly := range c.polygons {
			var rings [][][2]float64
			for _, r := range poly {
				ring := short(a.ring(r))
				if len(ring) > 0 {
					rings = append(rings, append(ring, ring[0]))
				}
			}
			polygons = append(polygons, rings)
		}
		all = append(all, feature{"Feature", map[string]string{"kind": "land", "code": c.code, "name": c.name}, geometry{"MultiPolygon", polygons}})
	}
	for i, arc := range a.arcs {
		kind := "coast"
		if a.users[i] > 1 {
			kind = "border"
		}
		all = append(all, feature{"Feature", map[string]string{"kind": kind}, geometry{"LineString", short(arc)}})
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "features": all})
}
