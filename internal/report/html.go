package report

func HTML(d *Document) ([]byte, error) { return []byte(Text(d, 100, false)), nil }
