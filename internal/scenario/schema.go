package scenario

import (
	"encoding/json"
	"maps"
	"strings"

	"testudo/internal/catalog"
	"testudo/internal/units"
)

// The JSON Schema (2020-12) of scenario files, for editors: completion, and
// most errors while typing. What crosses references only the loader can tell.

type schema = map[string]any

func object(required []string, props schema) schema {
	s := schema{"type": "object", "additionalProperties": false, "properties": props}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func mapOf(about string, item schema) schema {
	return schema{"type": "object", "description": about, "additionalProperties": item, "propertyNames": schema{"pattern": `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`}}
}

func quantity(k units.Kind, about string) schema {
	var us []string
	for _, u := range units.Units(k) {
		us = append(us, strings.NewReplacer("/", `\/`, "%", "%").Replace(u))
	}
	return schema{"type": "string", "description": about + " (" + strings.Join(units.Units(k), ", ") + ")", "pattern": `^\s*[-+0-9.][-+0-9.eE]*\s*(` + strings.Join(us, "|") + `)\s*$`}
}

func words(list ...string) schema { return schema{"enum": list} }

func anyText(about string) schema {
	return schema{"type": []string{"string", "number"}, "description": about}
}

func number(about string) schema { return schema{"type": "number", "description": about} }

func integer(lo, hi int) schema { return schema{"type": "integer", "minimum": lo, "maximum": hi} }

func oneOrMore(item schema) schema {
	return schema{"anyOf": []schema{item, {"type": "array", "items": item}}}
}

// listOf is a list of items, or, over a list that is included, changes of its
// items by their number.
func listOf(item schema) schema {
	return schema{"anyOf": []schema{{"type": "array", "items": item}, {"type": "object", "description": "changes of the included list's items, by number, counted from 0; null takes one away", "propertyNames": schema{"pattern": `^(0|[1-9][0-9]*)$`}, "additionalProperties": schema{"anyOf": []schema{partOf(item), {"type": "null"}}}}}}
}

// partOf is an item of which not all need be said.
func partOf(item schema) schema {
	part := maps.Clone(item)
	delete(part, "required")
	if ways, ok := part["anyOf"].([]schema); ok {
		parts := make([]schema, len(ways))
		for i, w := range ways {
			parts[i] = partOf(w)
		}
		part["anyOf"] = parts
	}
	return part
}

// cited adds where an item comes from.
func cited(props schema) schema {
	props["source"] = schema{"description": "ids of the register of sources, or the word assumption", "anyOf": []schema{{"type": "string"}, {"type": "array", "items": schema{"type": "string"}}}}
	props["reason"] = schema{"type": "string", "description": "why an assumption was made so"}
	return props
}

func place() schema {
	return schema{"type": "array", "description": "[latitude, longitude] in degrees, with an altitude as a third if need be", "minItems": 2, "maxItems": 3, "prefixItems": []schema{{"type": "number", "minimum": -90, "maximum": 90}, {"type": "number", "minimum": -180, "maximum": 360}, quantity(units.KindLength, "altitude")}}
}

func probability() schema {
	return schema{"anyOf": []schema{{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": `^\s*[0-9.]+\s*%\s*$`}}}
}

// Schema gives the JSON Schema of scenario files.
func Schema() []byte {
	id := schema{"type": "string"}
	money := schema{"type": "string", "description": "an amount with currency and price year, 40 GUSD(2014)", "pattern": `^\s*[-+0-9.][-+0-9.eE]*\s*[kMG]?[A-Z]{3}\s*(\([0-9]{4}\))?\s*$`}
	people := schema{"description": "a number, 13.4 M", "anyOf": []schema{{"type": "number", "minimum": 0}, {"type": "string", "pattern": `^\s*[0-9.]+\s*[kMG]?\s*$`}}}
	flag := schema{"enum": []any{true, false, "yes", "no"}}
	seconds := func(about string) schema { return quantity(units.KindDuration, about) }
	metres := func(about string) schema { return quantity(units.KindLength, about) }
	group := object([]string{"missile", "count", "from", "at"}, cited(schema{
		"missile": id, "count": integer(1, MaxMissiles), "from": id, "at": schema{"description": "an asset, a list, or weights by asset", "anyOf": []schema{id, {"type": "array", "items": id}, {"type": "object", "additionalProperties": number("weight")}}},
		"shape": words("minimum-energy", "lofted", "depressed"), "loft-fraction": schema{"type": "number", "minimum": 0, "maximum": 1}, "apogee": metres("apogee"), "start": seconds("first launch"), "over": seconds("time over which the group is launched"), "spacing": words("even", "random"), "reliability": probability(),
	}))
	edgeOf := func(further schema) schema {
		props := schema{
			"from": oneOrMore(id), "to": oneOrMore(id), "level": words("none", "warning", "track", "launch-on-remote", "engage-on-remote"), "delay": seconds("delay"), "quality": probability(), "availability": probability(), "veto": flag, "forwardable": flag,
			"only": object(nil, schema{"classes": oneOrMore(words("CRBM", "SRBM", "MRBM", "IRBM", "ICBM", "SLBM")), "from": oneOrMore(id), "sensors": oneOrMore(id)}), "lost-at": seconds("time of the raid at which the link fails"),
		}
		maps.Copy(props, further)
		return object([]string{"from", "to", "level"}, cited(props))
	}
	// What a posture agrees on and cuts; at the top, further, in which postures.
	agreements := func(further schema) schema {
		instead := schema{"instead": schema{"enum": flag["enum"], "description": "takes the place of all that stood there"}}
		maps.Copy(instead, further)
		with := func(required []string, props, further schema) schema {
			maps.Copy(props, further)
			return object(required, props)
		}
		return schema{
			"share":              listOf(edgeOf(instead)),
			"joint-fire-control": schema{"type": "array", "description": "nations under one fire control, or a list of such groups", "items": schema{"anyOf": []schema{id, {"type": "array", "items": id}, with([]string{"nations"}, cited(schema{"nations": oneOrMore(id)}), instead)}}},
			"mutual-defence":     listOf(with([]string{"by", "of"}, cited(schema{"by": oneOrMore(id), "of": oneOrMore(id)}), instead)),
			"cut": listOf(schema{"description": "links, mutual defence, or who leaves the fire control", "anyOf": []schema{
				with([]string{"from", "to"}, schema{"from": oneOrMore(id), "to": oneOrMore(id), "both": flag}, further),
				with([]string{"by", "of"}, schema{"by": oneOrMore(id), "of": oneOrMore(id), "both": flag}, further),
				with([]string{"joint-fire-control"}, schema{"joint-fire-control": oneOrMore(id)}, further),
			}}),
		}
	}
	figure := object([]string{"value", "source"}, schema{"value": anyText("value with unit"), "low": anyText("least"), "high": anyText("most"), "source": id, "page": anyText("page or row"), "note": anyText("note"), "reason": anyText("reason of an assumption"), "price-year": integer(1900, 2100), "confidence": words("high", "med", "low")})
	entry := object(nil, schema{"kind": words(catalog.KindNames()...), "name": anyText("name"), "nation": oneOrMore(id), "about": anyText("one line"), "attributes": schema{"type": "object"}, "figures": schema{"type": "object", "additionalProperties": figure}})
	source := object([]string{"title", "url"}, schema{"title": anyText("title"), "url": anyText("address"), "published": anyText("date"), "read": words("full", "opening", "abstract", "data"), "note": anyText("note")})
	groups := listOf(group)
	groups["anyOf"].([]schema)[0]["minItems"] = 1
	posture := cited(schema{"about": anyText("what it is"), "include": oneOrMore(id), "without": oneOrMore(id)})
	maps.Copy(posture, agreements(nil))
	top := schema{
		"testudo": schema{"const": 1}, "name": anyText("name of the scenario"), "date": schema{"type": []string{"string", "number"}, "description": "date of the order of battle: 2014, 2014-05 or 2014-05-28", "pattern": `^[0-9]{4}(-[0-9]{2}){0,2}$`}, "about": anyText("what it asks"), "include": oneOrMore(id),
		"sources": mapOf("register of the scenario's own sources", source), "catalog": mapOf("own entries, and changes to the catalogue's", entry),
		"world":        object(nil, cited(schema{"earth": words("wgs84", "sphere"), "rotation": flag, "atmosphere": words("us76", "none"), "radius": metres("radius of the sphere"), "mu": anyText("gravitational parameter, m3/s2 or km3/s2")})),
		"nations":      mapOf("the parties", object(nil, cited(schema{"name": anyText("name"), "side": words("defender", "attacker"), "gdp": money, "population": people, "budget": money, "nato-share": probability()}))),
		"assets":       mapOf("what is defended", object([]string{"nation", "at"}, cited(schema{"nation": id, "name": anyText("name"), "at": place(), "value": number("weight of the asset"), "population": people, "radius": metres("area within which a hit counts")}))),
		"launch-areas": mapOf("where missiles come from", object([]string{"nation", "at"}, cited(schema{"nation": id, "name": anyText("name"), "at": place()}))),
		"sensors":      mapOf("radars and satellites", object([]string{"nation", "system"}, cited(schema{"nation": id, "name": anyText("name"), "system": id, "at": place(), "facing": quantity(units.KindAngle, "azimuth"), "availability": probability(), "lost-at": seconds("time of the raid at which it is lost")}))),
		"batteries": mapOf("launchers with one kind of interceptor", object([]string{"nation", "system", "at"}, cited(schema{"nation": id, "name": anyText("name"), "system": id, "at": place(), "facing": quantity(units.KindAngle, "azimuth"), "launchers": integer(0, 10000), "interceptors": integer(0, MaxRounds), "radar": id, "defends": oneOrMore(id),
			"salvo": integer(1, 64), "channels": integer(0, 1_000_000), "fire": words("shoot-look-shoot", "salvo"), "lost-at": seconds("time of the raid at which it is lost"), "kill-probability": probability(), "common-mode-per": words("raid", "missile")}))),
		"commands": mapOf("how each nation fights", object(nil, cited(schema{"decision-delay": seconds("from first information to permission"), "fire": words("shoot-look-shoot", "salvo"), "timing": words("hold", "at-once"), "salvo": integer(1, 64), "ignore-harmless": flag, "reserve": integer(0, MaxRounds), "reserve-value": number("value from which on the reserve may be used"), "ration": integer(0, 1000),
			"coordinate": words("when-short", "always"), "assess-delay": seconds("from intercept to its result"), "missed-kill": probability(), "false-kill": probability(), "track-accuracy": metres("impact ellipse at which a track tells what is threatened")}))),
		"raids":      mapOf("what is shot", schema{"anyOf": []schema{object([]string{"groups"}, schema{"about": anyText("what it is"), "groups": groups}), groups}}),
		"raid":       id,
		"objectives": mapOf("what the attacker wants", object([]string{"on"}, cited(schema{"about": anyText("what it is"), "at-least": integer(1, MaxMissiles), "on": oneOrMore(id), "damage": number("value lost")}))),
		"postures":   mapOf("sets of agreements", object(nil, posture)),
		"campaign":   campaignSchema(id),
		"ladder":     schema{"anyOf": []schema{{"type": "array", "items": id}, object(nil, cited(schema{"nations": oneOrMore(id), "delay": seconds("delay of the links"), "quality": probability(), "availability": probability(), "forwardable": flag}))}},
	}
	maps.Copy(top, agreements(schema{"in": oneOrMore(id)}))
	s := object([]string{"testudo", "name"}, top)
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Testudo scenario"
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil // maps of plain values always marshal
	}
	return append(out, '\n')
}
