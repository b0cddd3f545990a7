package track

import "math"

// Assign solves the assignment problem for a table of finite costs with no more
// rows than columns: each row gets a column of its own, so that the sum is
// least. It returns the column of each row; of equally good answers always the
// same. Augmenting row reduction, then shortest augmenting paths for the rows it
// leaves, O(rows²·columns). Source: R. Jonker, A. Volgenant, Computing 38 (1987)
// 325; for more columns than rows a column that nobody has keeps the price 0.
func Assign(cost [][]float64) []int {
	if len(cost) == 0 {
		return nil
	}
	return assign(cost).column
}

func assign(cost [][]float64) *assignment {
	m := len(cost[0])
	a := &assignment{cost: cost, column: make([]int, len(cost)), row: make([]int, m), price: make([]float64, m)}
	for j := range a.row {
		a.row[j] = -1
	}
	left := make([]int, len(cost))
	for i := range left {
		left[i] = i
	}
	for range 2 { // a third time rarely finds a place for anybody
		left = a.bid(left)
	}
	if len(left) > 0 {
		a.least, a.from, a.open = make([]float64, m), make([]int, m), make([]int, m)
	}
	for _, i := range left {
		a.augment(i)
	}
	return a
}

// assignment is one in the making. Prices are never above 0. Each row that has a
// column has the one that is cheapest for it, prices taken off.
type assignment struct {
	cost   [][]float64
	column []int     // per row
	row    []int     // per column; -1: free
	price  []float64 // per column

	// Of the search for a path.
	least []float64 // per column: length of the shortest path to it
	from  []int     // per column: the row before it on that path
	open  []int     // columns whose shortest path is not known yet
}

// bid lets rows take the columns that are cheapest for them. A row that takes
// another's column makes it as dear as the next best, and the other one bids again;
// it gives those that have none in the end.
func (a *assignment) bid(rows []int) (without []int) {
	// With costs far apart bidding may go on for long: then it is left to the paths.
	most := 4 * len(rows)
	for n := 0; n < len(rows); n++ {
		i := rows[n]
		for i >= 0 {
			if most == 0 {
				without = append(without, i)
				break
			}
			most--
			j, second, least, next := -1, -1, math.Inf(1), math.Inf(1)
			for k, c := range a.cost[i][:len(a.price)] {
				if c -= a.price[k]; c < next {
					if c < least {
						j, second, least, next = k, j, c, least
					} else {
						second, next = k, c
					}
				}
			}
			dearer := false
			if second >= 0 {
				price := a.price[j] - (next - least)
				if dearer = price < a.price[j]; dearer {
					a.price[j] = price
				} else if a.row[j] >= 0 {
					j = second // as good, and perhaps free
				}
			}
			loser := a.row[j]
			a.row[j], a.column[i] = i, j
			if loser >= 0 && !dearer {
				without = append(without, loser)
				break
			}
			i = loser
		}
	}
	return without
}

// augment gives a row a column by the shortest path of rows that change theirs.
func (a *assignment) augment(row int) {
	line := a.cost[row]
	for j := range a.open {
		a.open[j], a.from[j], a.least[j] = j, row, line[j]-a.price[j]
	}
	open := a.open
	shut := len(open) // columns from here on have their shortest path
	for {
		at, length := 0, math.Inf(1)
		for k, j := range open[:shut] {
			if d := a.least[j]; d < length || d == length && a.row[j] < 0 {
				at, length = k, d
			}
		}
		j := open[at]
		shut--
		open[at], open[shut] = open[shut], j
		i := a.row[j]
		if i < 0 {
			for _, k := range open[shut+1:] {
				a.price[k] += a.least[k] - length
			}
			for {
				i = a.from[j]
				a.row[j] = i
				j, a.column[i] = a.column[i], j
				if i == row {
					return
				}
			}
		}
		line := a.cost[i]
		more := length - (line[j] - a.price[j])
		for _, k := range open[:shut] {
			if d := line[k] - a.price[k] + more; d < a.least[k] {
				a.least[k], a.from[k] = d, i
			}
		}
	}
}
