package catalog_test

import (
	"io/fs"
	"math"
	"testing"

	data "testudo/catalog/data"
	"testudo/internal/catalog"
	"testudo/internal/units"
	"testudo/internal/yamldoc"
)

func shippedFiles(t testing.TB) []yamldoc.File {
	t.Helper()
	names, err := fs.Glob(data.FS, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var files []yamldoc.File
	for _, n := range names {
		b, err := data.FS.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, yamldoc.File{Name: "catalog/data/" + n, Data: b})
	}
	return files
}

func shipped(t testing.TB) *catalog.Book {
	t.Helper()
	book, err := catalog.Load(shippedFiles(t))
	if err != nil {
		t.Fatalf("the shipped catalogue does not load:\n%v", err)
	}
	return book
}

// TestShippedSystems: every system the mission names has an entry of its kind.
// (That the catalogue loads at all means that every figure has a source that is
// in the register, and that every source supports a figure.)
func TestShippedSystems(t *testing.T) {
	b := shipped(t)
	for kind, ids := range map[string][]string{
		"missile": {"scud-b", "scud-c", "scud-er", "nodong", "musudan", "hwasong-12", "hwasong-14", "hwasong-15", "hwasong-17", "hwasong-18", "pukguksong-1", "pukguksong-2", "kn-23", "kn-24", "kn-25",
			"shahab-3", "ghadr", "emad", "sejjil", "khorramshahr", "fateh-110", "zolfaghar", "dezful", "kheibar-shekan", "qiam"},
		"interceptor": {"thaad-interceptor", "pac-2-gem-t", "pac-3-cri", "pac-3-mse", "sm-2-block-iv", "sm-3-ia", "sm-3-ib", "sm-3-iia", "sm-6", "gbi", "cheongung-ii-interceptor", "l-sam-interceptor", "arrow-2-interceptor", "arrow-3-interceptor", "stunner"},
		"radar":       {"an-tpy-2-forward", "an-tpy-2-terminal", "spy-1", "spy-6", "spy-7", "green-pine", "green-pine-b", "j-fps-3", "j-fps-5", "mpq-53", "mpq-65", "ltamds", "uewr", "cobra-dane", "sbx", "lrdr", "cheongung-radar", "l-sam-radar", "mmr"},
		"infrared":    {"sbirs-dsp"},
		"system":      {"thaad", "patriot-gem-t", "patriot-pac-3", "patriot-mse", "aegis-sm-3-ia", "aegis-sm-3-ib", "aegis-sm-3-iia", "aegis-sm-2", "aegis-sm-6", "aegis-ashore", "gmd", "cheongung-ii", "l-sam", "arrow-2", "arrow-3", "davids-sling"},
		"link":        {"link-16-gateway"},
		"deflator":    {catalog.Deflator},
	} {
		for _, id := range ids {
			if e, ok := b.Entry(id); !ok || e.Kind != kind {
				t.Errorf("no %s %s", kind, id)
			}
		}
	}
}

// TestShippedLint: the shipped catalogue gives the cross-checks nothing to find.
func TestShippedLint(t *testing.T) {
	for _, f := range shipped(t).Lint() {
		t.Errorf("%s", f)
	}
}

// TestShippedCitedShare: at least 70 % of the figures that matter are cited.
func TestShippedCitedShare(t *testing.T) {
	cited, all := shipped(t).CitedShare()
	t.Logf("%d of %d figures that matter are cited, %.1f %%", cited, all, 100*float64(cited)/float64(all))
	if float64(cited) < 0.70*float64(all) {
		t.Errorf("only %d of %d figures that matter are cited; at least 70 %% must be", cited, all)
	}
}

// TestShippedMissionPrice: the price the project began from.
func TestShippedMissionPrice(t *testing.T) {
	e, _ := shipped(t).Entry("thaad-interceptor")
	f, ok := e.Figure("unit-cost")
	if want := (units.Money{Amount: 11e6, Currency: "USD", Year: 2014}); !ok || f.Assumed() || f.Money() != want {
		t.Errorf("THAAD interceptor costs %v (source %s), want %v, cited", f.Money(), f.Source, want)
	}
}

// TestShippedConfidence: what is assumed is not told with high confidence.
func TestShippedConfidence(t *testing.T) {
	for _, e := range shipped(t).Entries {
		for _, f := range e.Figures {
			if f.Assumed() && f.Confidence == "high" {
				t.Errorf("%s: %s.%s is an assumption with high confidence", f.Pos, e.ID, f.Name)
			}
		}
	}
}

// TestValidateDeflatorBEA compares the shipped price index with the implicit
// price deflator of the Bureau of Economic Analysis (FRED series GDPDEF, 2017 =
// 100), quarters of 2024 as printed on
// https://justinmshea.github.io/neverhpfilter/reference/GDPDEF.html. Ours is the
// chain price index as CBO published it in January 2025: another index of the
// same prices, with the last quarter projected, so 0.1 % is asked for.
func TestValidateDeflatorBEA(t *testing.T) {
	mean := (124.163 + 124.943 + 125.532 + 126.257) / 4
	m, err := shipped(t).Deflate(units.Money{Amount: 100, Currency: "USD", Year: 2017}, 2024)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(m.Amount/mean-1) > 1e-3 {
		t.Errorf("100 dollars of 2017 are %.3f of 2024, want %.3f", m.Amount, mean)
	}
}

func BenchmarkLoad(b *testing.B) {
	files := shippedFiles(b)
	for b.Loop() {
		if _, err := catalog.Load(files); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLint(b *testing.B) {
	book := shipped(b)
	for b.Loop() {
		book.Lint()
	}
}

func BenchmarkDigest(b *testing.B) {
	book := shipped(b)
	for b.Loop() {
		book.Digest()
	}
}
