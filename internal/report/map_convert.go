//go:build ignore

// This program makes mapdata/countries.bin from the TopoJSON of the npm package
// world-atlas (Natural Earth, public domain) and a list of ISO 3166-1 codes:
//
//	go run map_convert.go countries-50m.json codes.json mapdata/countries.bin
//
// codes.json is a list of [alpha-2, alpha-3, numeric] triples.
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"log"
	"os"
	"sort"
)

type geometry struct {
	Type       string
	ID         string
	Properties struct{ Name string }
	Arcs       json.RawMessage
}

func main() {
	log.SetFlags(0)
	var topo struct {
		Arcs      [][][2]int
		Transform struct{ Scale, Translate [2]float64 }
		Objects   map[string]struct{ Geometries []geometry }
	}
	read(os.Args[1], &topo)
	var codes [][]string
	read(os.Args[2], &codes)
	alpha := map[string]string{}
	for _, c := range codes {
		alpha[c[2]] = c[1]
	}
	var b bytes.Buffer
	put := func(x int) { b.Write(binary.AppendVarint(nil, int64(x))) }
	text := func(s string) { put(len(s)); b.WriteString(s) }
	for _, x := range [4]float64{topo.Transform.Scale[0], topo.Transform.Scale[1], topo.Transform.Translate[0], topo.Transform.Translate[1]} {
		binary.Write(&b, binary.LittleEndian, x)
	}
	put(len(topo.Arcs))
	for _, a := range topo.Arcs {
		put(len(a))
		for _, p := range a { // already differences from the point before
			put(p[0])
			put(p[1])
		}
	}
	gs := topo.Objects["countries"].Geometries
	sort.SliceStable(gs, func(i, j int) bool { return gs[i].Properties.Name < gs[j].Properties.Name })
	put(len(gs))
	for _, g := range gs {
		var polygons [][][]int
		var err error
		if g.Type == "Polygon" {
			polygons = make([][][]int, 1)
			err = json.Unmarshal(g.Arcs, &polygons[0])
		} else {
			err = json.Unmarshal(g.Arcs, &polygons)
		}
		if err != nil {
			log.Fatal(err)
		}
		text(alpha[g.ID])
		text(g.Properties.Name)
		put(len(polygons))
		for _, p := range polygons {
			put(len(p))
			for _, ring := range p {
				put(len(ring))
				for _, a := range ring {
					put(a)
				}
			}
		}
	}
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression)
	w.Write(b.Bytes())
	w.Close()
	if err := os.WriteFile(os.Args[3], out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}

func read(path string, into any) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		log.Fatal(err)
	}
}
