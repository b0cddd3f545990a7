package scenario

import "slices"

// The keys of a scenario, in the order a person would write them.
var topKeys = []string{"testudo", "name", "date", "about", "include", "sources", "catalog", "world", "nations", "assets", "launch-areas", "sensors", "batteries", "commands", "raids", "raid", "objectives", "campaign", "postures", "ladder", "share", "joint-fire-control", "mutual-defence", "cut"}

// citeKeys say where an item comes from.
var citeKeys = []string{"source", "reason"}

// itemKeys are those of the items that stand under a key, in the same order; all
// but raids and cuts also say where they come from.
var itemKeys = map[string][]string{
	"nations":      {"name", "side", "gdp", "population", "budget", "nato-share"},
	"assets":       {"nation", "name", "at", "value", "population", "radius"},
	"launch-areas": {"nation", "name", "at"},
	"sensors":      {"nation", "name", "system", "at", "facing", "availability", "lost-at"},
	"batteries":    {"nation", "name", "system", "at", "facing", "launchers", "interceptors", "radar", "defends", "salvo", "channels", "fire", "lost-at", "kill-probability", "common-mode-per"},
	"commands":     {"decision-delay", "fire", "timing", "salvo", "ignore-harmless", "reserve", "reserve-value", "ration", "coordinate", "assess-delay", "missed-kill", "false-kill", "track-accuracy"},
	"raids":        {"about", "groups"},
	"groups":       {"missile", "count", "from", "at", "shape", "loft-fraction", "apogee", "start", "over", "spacing", "reliability"},
	"objectives":   {"about", "at-least", "on", "damage"},
	"postures":     {"about", "include", "share", "joint-fire-control", "mutual-defence", "cut", "without"},
	"figures":      {"value", "low", "high", "price-year", "confidence", "page", "note"},

	// These end with in, which may be said at the top of a file only.
	"share":              {"from", "to", "level", "delay", "quality", "availability", "veto", "forwardable", "only", "lost-at", "instead", "in"},
	"joint-fire-control": {"nations", "instead", "in"},
	"mutual-defence":     {"by", "of", "instead", "in"},
	"cut":                {"from", "to", "by", "of", "joint-fire-control", "both", "in"},
}

func agreementKeys(kind string, top bool) []string {
	keys := itemKeys[kind]
	if !top {
		keys = keys[:len(keys)-1]
	}
	return keys
}

// Keys lists the keys that may stand at a path, in the order in which a person
// writes them; nil where ids stand, or what has no order of its own.
func Keys(path ...string) []string {
	switch n := len(path); {
	case n == 0:
		return topKeys
	case n < 2:
		return nil
	case path[0] == "catalog":
		if n == 4 {
			return keysUnder(path[2])
		}
		return nil
	case path[0] == "raids" && n > 2:
		return keysUnder("groups")
	case path[0] == "postures" && n > 2:
		if n == 4 {
			return keysUnder(path[2])
		}
		return nil
	case n == 2:
		return keysUnder(path[0])
	}
	return nil
}

func keysUnder(key string) []string {
	keys := itemKeys[key]
	if keys == nil || key == "cut" || key == "raids" {
		return keys
	}
	return slices.Concat(keys, citeKeys)
}
