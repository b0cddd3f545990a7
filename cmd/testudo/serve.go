package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"os/signal"

	"github.com/spf13/cobra"

	"testudo/internal/server"
	"testudo/web"
)

// shutdownFor is how long a server that is told to stop waits for what is under
// way.
const shutdownFor = 20 * time.Second

func serveCommand() *cobra.Command {
	var listen, data, cert, key, users string
	var plain, verbose bool
	var workers int
	var l server.Limits
	cmd := &cobra.Command{
		Use: "serve", Short: "The workbench: a globe one can argue over, in the browser", Args: cobra.NoArgs,
		Long: `Opens the workbench on this machine: theatres on a globe or a flat map, what-if
by dragging and cutting, comparison, replay, an editor, and studies that are
kept. It needs no network.

To let others in, listen beyond the loopback: with a certificate (--tls-cert,
--tls-key) or behind a proxy that has one (--plain-http), and with a file of
users (--users); testudo serve token NAME makes a user's token.`,
		Example: "  testudo serve\n  testudo serve token ada >> users.txt\n  testudo serve --listen :8443 --tls-cert cert.pem --tls-key key.pem --users users.txt",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := server.Config{Data: data, Workers: workers, Limits: l, TLS: cert != ""}
			level := slog.LevelWarn
			if verbose {
				level = slog.LevelInfo
			}
			c.Log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
			if err := hosting(listen, cert, key, users, plain, &c); err != nil {
				return coded(exitUsage, err)
			}
			if c.Data == "" {
				dir, err := os.UserConfigDir()
				if err != nil {
					return coded(exitUsage, fmt.Errorf("--data: say where to keep scenarios and studies: %w", err))
				}
				c.Data = filepath.Join(dir, "testudo")
			}
			if z, err := web.Page(); err != nil {
				c.NoPage = err.Error()
				fmt.Fprintln(cmd.ErrOrStderr(), c.NoPage)
			} else if c.Page, err = server.NewPage(z); err != nil {
				return coded(exitInternal, err)
			}
			return serve(cmd, listen, cert, key, c)
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8014", "`address` and port; port 0 takes a free one")
	f.StringVar(&data, "data", "", "`folder` for saved scenarios and studies (default: testudo in the user's configuration)")
	f.StringVar(&cert, "tls-cert", "", "certificate `file`, PEM")
	f.StringVar(&key, "tls-key", "", "key `file` of the certificate, PEM")
	f.BoolVar(&plain, "plain-http", false, "listen beyond this machine without TLS: only behind a proxy that has it")
	f.StringVar(&users, "users", "", "`file` of users, a line \"name: hash\" each; needed beyond this machine")
	f.IntVar(&workers, "workers", 0, "processors a computation may use (default: all)")
	f.BoolVar(&verbose, "verbose", false, "log every request")
	f.IntVar(&l.Runs, "max-runs", 0, "most replications of one question (default 1000000)")
	f.IntVar(&l.Waiting, "max-waiting", 0, "computations that may wait; more are answered 503 (default 16)")
	f.IntVar(&l.PerUser, "max-per-user", 0, "computations of one user at a time (default 4)")
	f.IntVar(&l.Queued, "max-studies", 0, "studies of one user queued or running (default 8)")
	f.Float64Var(&l.CPUSeconds, "max-cpu", 0, "processor seconds of one user in an hour (default 1800)")
	f.Int64Var(&l.DiskBytes, "max-disk", 0, "bytes of results of one user (default 1 GiB)")
	cmd.AddCommand(&cobra.Command{
		Use: "token NAME", Short: "A token for a user: the token itself on standard error, the line of the users' file on standard output", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			token, line, err := server.NewToken(args[0])
			if err != nil {
				return coded(exitUsage, err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%s's token, shown once: %s\n", args[0], token)
			fmt.Fprintln(cmd.OutOrStdout(), line)
			return nil
		},
	})
	return cmd
}

// hosting refuses to open a server to others without a lock on the door.
func hosting(listen, cert, key, users string, plain bool, c *server.Config) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("--listen %q: write it as host:port, such as 127.0.0.1:8014", listen)
	}
	if (cert == "") != (key == "") {
		return errors.New("--tls-cert and --tls-key go together")
	}
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	if !local && cert == "" && !plain {
		return fmt.Errorf("--listen %s reaches beyond this machine: give --tls-cert and --tls-key, or --plain-http behind a proxy that has TLS", listen)
	}
	if !local && users == "" {
		return fmt.Errorf("--listen %s reaches beyond this machine: give --users FILE; testudo serve token NAME makes a user", listen)
	}
	if users == "" {
		return nil
	}
	f, err := os.Open(users)
	if err != nil {
		return fmt.Errorf("--users: %w", err)
	}
	defer f.Close()
	if c.Users, err = server.ReadUsers(f); err != nil {
		return fmt.Errorf("--users %s: %w", users, err)
	}
	return nil
}

func serve(cmd *cobra.Command, listen, cert, key string, c server.Config) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := server.New(c)
	if err != nil {
		return coded(exitInternal, err)
	}
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return coded(exitUsage, errors.Join(fmt.Errorf("--listen %s: %w", listen, err), s.Close(context.Background())))
	}
	// No time limit on writing: a stream lasts as long as its study.
	h := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn), TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	end := make(chan error, 1)
	scheme := "http"
	go func() {
		if cert != "" {
			end <- h.ServeTLS(ln, cert, key)
		} else {
			end <- h.Serve(ln)
		}
	}()
	if cert != "" {
		scheme = "https"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Testudo's workbench: %s://%s/ (stop it with Ctrl+C)\n", scheme, ln.Addr())
	select {
	case err = <-end:
	case <-ctx.Done():
		err = nil
	}
	// First the studies and the streams that wait for them, then the requests.
	wait, cancel := context.WithTimeout(context.Background(), shutdownFor)
	defer cancel()
	err = errors.Join(err, s.StopStudies(wait), h.Shutdown(wait), s.Close(wait))
	return coded(exitInternal, err)
}
