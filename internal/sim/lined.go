package sim

// Postures that differ only in who waits for whom come to the same lineup: it is
// made once, and put back for the next of them.

// lined is the lineup of a fight as it was made last, before anybody fought.
type lined struct {
	serial uint64 // of the run for which missiles were worked out last
	alike  int32  // and under which postures
	shared bool   // with what they bring to the fight noted

	kept      bool // of these: what follows
	bouts     []bout
	magazines []magazine
	first     []event
}

// again reports whether missiles have been worked out last in the same run, for
// postures under which the same comes of them. If not, they are now.
func (l *lined) again(serial uint64, alike int32, shared bool) bool {
	if l.serial == serial && l.alike == alike && (l.shared || !shared) {
		return true
	}
	l.serial, l.alike, l.shared, l.kept = serial, alike, shared, false
	return false
}

// keep keeps a lineup if there are more postures than one for it.
func (l *lined) keep(p *table, postures int32) {
	if l.kept = postures > 1 && p.rounds == nil; l.kept {
		l.bouts = append(l.bouts[:0], p.bouts[:p.engaged]...)
		l.magazines = append(l.magazines[:0], p.magazines...)
		l.first = append(l.first[:0], p.events.sorted...)
	}
}

// putBack puts the one back that was kept; false if none was.
func (l *lined) putBack(p *table) bool {
	if !l.kept || p.rounds != nil {
		return false
	}
	for i := range p.path {
		if p.path[i] >= 0 {
			p.aim(i)
		}
	}
	p.events.reset()
	copy(p.bouts, l.bouts)
	copy(p.magazines, l.magazines)
	p.events.sorted = append(p.events.sorted, l.first...)
	p.engaged = len(l.bouts)
	return true
}
