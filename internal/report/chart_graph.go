package report

const graphRules = `.node{fill:$paper;stroke:$ink;stroke-width:1.6}.tie{stroke:$bar;fill:none;stroke-linecap:round}.tie0{stroke:$muted;fill:none;stroke-dasharray:2 4}
`
