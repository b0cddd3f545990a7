package scenario

func Schema() []byte { return []byte("{}\n") }
