package testudo_test

import (
	"context"
	"fmt"

	"testudo"
)

// How much better do two neighbours defend a city together than alone? The
// whole way from a file to the answer.
func Example() {
	s, err := testudo.Load("scenarios/textbook/closed-form.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	w, err := s.Compile("")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := w.Gain(context.Background(), testudo.Options{Seed: 1, Runs: 20000})
	if err != nil {
		fmt.Println(err)
		return
	}
	first := r.Rows[0]
	fmt.Printf("%s: of %.0f missiles %.1f arrive\n", first.Posture, first.Launched.Value, first.Leakers.Value)
	// Output:
	// alone: of 20 missiles 1.2 arrive
}
