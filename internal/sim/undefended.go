package sim

// Undefended is the board with one posture more, the last, in which nobody
// shoots: what the raid does where there is no defence, over the same dice as
// under every other posture. like is the posture whose sensors it keeps.
func (b *Board) Undefended(id string, like int) *Board {
	out := *b
	p := b.Postures[like]
	p.ID = id
	p.States = make([][]PathState, len(b.Postures[like].States))
	for s, paths := range b.Postures[like].States {
		p.States[s] = make([]PathState, len(paths))
		for i := range paths {
			p.States[s][i].Cues = paths[i].Cues
		}
	}
	out.Postures = append(append([]Posture(nil), b.Postures...), p)
	return &out
}
