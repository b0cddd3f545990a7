package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/export"
	"testudo/internal/report"
)

// replayFormats maps the ending of a file to what writes it.
var replayFormats = []struct {
	ending string
	write  func(*export.Scene) ([]byte, error)
}{
	{".czml", export.CZML},
	{".kml", func(s *export.Scene) ([]byte, error) {
		var b bytes.Buffer
		err := export.KML(s, &b)
		return b.Bytes(), err
	}},
	{".kmz", func(s *export.Scene) ([]byte, error) {
		var b bytes.Buffer
		err := export.KMZ(s, &b)
		return b.Bytes(), err
	}},
	{".geojson", export.GeoJSON},
	{".asi", export.ASI},
	{".swap.zip", func(s *export.Scene) ([]byte, error) {
		var b bytes.Buffer
		err := export.SWAP(s, &b)
		return b.Bytes(), err
	}},
}

func replayWriter(path string) (func(*export.Scene) ([]byte, error), error) {
	var known []string
	for _, f := range replayFormats {
		if strings.HasSuffix(strings.ToLower(path), f.ending) {
			return f.write, nil
		}
		known = append(known, f.ending)
	}
	return nil, coded(exitUsage, fmt.Errorf("--out %s: the ending says the format; known are %s", path, strings.Join(known, ", ")))
}

// chooseRun finds the run that is asked for.
func chooseRun(ctx context.Context, w *testudo.World, posture, pick string, number, seed uint64, among int, progress func(done, total int)) (uint64, error) {
	asset, hit := strings.CutPrefix(pick, "hit=")
	switch {
	case pick == "":
		return number, nil
	case hit && asset == "":
		return 0, fmt.Errorf("--pick hit=: name the asset, as in --pick hit=%s", w.Theatre.Assets[0].ID)
	case hit:
		return w.Pick(ctx, posture, "", asset, seed, among, progress)
	}
	return w.Pick(ctx, posture, pick, "", seed, among, progress)
}

func replayCommand() *cobra.Command {
	var c common
	var posture, pick string
	var number uint64
	var among int
	var outs []string
	var events bool
	cmd := &cobra.Command{
		Use: "replay SCENARIO --posture NAME", Short: "Show me the raid: one run for CesiumJS, Google Earth or a map, and in words", Args: cobra.ExactArgs(1),
		Long: `Plays one run and writes it as CZML (CesiumJS), KML or KMZ, GeoJSON, SIMDIS ASI or
SWAP Common Data Format, as the ending of --out says: trajectories by phase, sensors with their fields, detections,
tracks with their uncertainty, messages on their way, shots, kills and leakers.
--pick chooses the run: best, worst, median, or hit=ASSET for one in which that
asset is hit.`,
		Example: "  testudo replay scenarios/northeast-asia-2014.yaml --posture mutual --pick worst --out raid.czml\n  testudo replay scenarios/gulf.yaml --posture gulf-2025 --run 7 --events",
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, o := range outs {
				if _, err := replayWriter(o); err != nil {
					return err
				}
			}
			// A flag that would change nothing is a mistake, not a preference.
			switch flags := cmd.Flags(); {
			case pick != "" && flags.Changed("run"):
				return coded(exitUsage, errors.New("--run names the run and --pick chooses it: give one of them"))
			case pick == "" && flags.Changed("among"):
				return coded(exitUsage, errors.New("--among says among how many runs --pick chooses: give --pick too"))
			}
			w, err := c.load(args[0])
			if err != nil {
				return err
			}
			run, err := chooseRun(cmd.Context(), w, posture, pick, number, c.seed, among, c.options(cmd.ErrOrStderr()).Progress)
			if err != nil {
				return coded(exitUsage, err)
			}
			r, err := w.Replay(posture, c.seed, run)
			if err != nil {
				return err
			}
			for _, o := range outs {
				f, _ := replayWriter(o)
				data, err := f(r.Scene)
				if err != nil {
					return coded(exitInternal, err)
				}
				if err := write(o, data); err != nil {
					return err
				}
			}
			out := cmd.OutOrStdout()
			if c.json {
				return printJSON(out, report.ReplayDocument{Scenario: r.Scene.Name, Raid: r.Scene.Raid, Posture: r.Scene.Posture, Seed: c.seed, Run: run, Missiles: len(r.Scene.Missiles), Leakers: r.Scene.Leakers, Kills: r.Scene.Kills, Events: r.Happenings})
			}
			say(out, fmt.Sprintf("%s\nraid %s, posture %s, run %d, seed %d: %d missiles, %d killed, %d arrive\n", report.Clean(r.Scene.Name), report.Clean(r.Scene.Raid), report.Clean(r.Scene.Posture), run, c.seed, len(r.Scene.Missiles), r.Scene.Kills, r.Scene.Leakers))
			for _, o := range outs {
				fmt.Fprintf(out, "written: %s\n", report.Clean(o))
			}
			if events || len(outs) == 0 {
				say(out, report.HappeningsText(r.Happenings))
			}
			return nil
		},
	}
	c.add(cmd)
	f := cmd.Flags()
	f.StringVar(&c.raid, "raid", "", "raid to play (default: the scenario's)")
	f.StringVar(&posture, "posture", "", "posture to play")
	f.Uint64Var(&number, "run", 0, "number of the run, from 0")
	f.StringVar(&pick, "pick", "", "choose the run: best, worst, median, or hit=ASSET")
	f.IntVar(&among, "among", 200, "runs among which --pick chooses")
	f.StringArrayVar(&outs, "out", nil, "`file` to write; its ending says the format: .czml, .kml, .kmz, .geojson, .asi (SIMDIS), .swap.zip (Common Data Format) (repeatable)")
	f.BoolVar(&events, "events", false, "print every event in words (default when nothing is written)")
	cmd.MarkFlagRequired("posture")
	return cmd
}
