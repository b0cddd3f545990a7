// Command testudo computes how much better allies defend against ballistic
// missiles together than alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"testudo"
	"testudo/internal/report"
	"testudo/internal/yamldoc"
)

// The exit codes, as `testudo help exit-codes` prints them.
const (
	exitOK       = 0
	exitInternal = 1 // something that should not happen, or a result that could not be written
	exitUsage    = 2 // the command line is wrong
	exitInput    = 3 // a scenario or catalogue file is wrong
	exitFailed   = 4 // verify: a strong anchor failed; check and lint: findings
	exitStopped  = 5 // interrupted
)

const exitText = `0  done
1  something that should not happen, or an output that could not be written
2  the command line is wrong
3  a scenario or catalogue file is wrong; every error is printed with its place
4  verify: a strong anchor failed; catalog lint: something was found
5  interrupted
`

func main() {
	collectLate()
	os.Exit(run(os.Args[1:]))
}

// collectLate puts off the first garbage collection until the heap has 48 MB (4 MB
// are usual): most commands have then read and compiled everything, and what plays
// allocates next to nothing. From then on the usual rule holds. Whoever sets GOGC
// has it his way.
func collectLate() {
	if os.Getenv("GOGC") != "" {
		return
	}
	const late, usual = 1200, 100 // per cent; the first is of those 4 MB
	debug.SetGCPercent(late)
	runtime.AddCleanup(new([16]byte), func(percent int) { debug.SetGCPercent(percent) }, usual)
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root := command()
	root.SetArgs(args)
	out := &output{File: os.Stdout}
	root.SetOut(out)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = coded(exitInternal, out.err)
	}
	if err == nil {
		return exitOK
	}
	// An error quotes what was given, and that may be somebody else's.
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(os.Stderr, report.Clean(line))
	}
	var problems *yamldoc.Problems
	var coded *codeError
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &problems):
		return exitInput
	case errors.Is(err, testudo.ErrPosture):
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitStopped
	}
	return exitUsage
}

// output is standard output. It keeps the first error of writing: a result that
// did not reach a full disk was not given.
type output struct {
	*os.File
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.File.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// codeError carries an exit code.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string { return e.err.Error() }
func (e *codeError) Unwrap() error { return e.err }

func coded(code int, err error) error {
	if err == nil {
		return nil
	}
	return &codeError{code, err}
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:   "testudo",
		Short: "How much better do allies defend against ballistic missiles together than alone?",
		Long: `Testudo flies the raids of a scenario, works out who sees what, who may tell
whom and who can shoot, plays the engagements many times, and answers in one
command each: how much better together than alone, at what cost, who should pay.

All figures come from a catalogue in which each number cites a public source or
says that it is an assumption.`,
		SilenceUsage: true, SilenceErrors: true, Version: testudo.Version,
	}
	root.AddCommand(gainCommand(), runCommand(), reportCommand(), explainCommand(), replayCommand(), coverCommand(), warnCommand(), checkCommand(), verifyCommand(), denyCommand(), campaignCommand(), costCommand(), burdenCommand(), linksCommand(), catalogCommand(), schemaCommand(), versionCommand(), serveCommand(),
		&cobra.Command{Use: "exit-codes", Short: "The exit codes and what they mean", Long: exitText, RunE: func(c *cobra.Command, _ []string) error {
			fmt.Fprint(c.OutOrStdout(), exitText)
			return nil
		}})
	return root
}
