package stats

import "testing"

func BenchmarkMean(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = Mean(5000, 9000, 21000)
	}
}

func BenchmarkPairedProportions(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = PairedProportions(40, 3, 5000)
	}
}

func BenchmarkClopperPearson(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = ClopperPearson(40, 5000)
	}
}

var sink Interval
