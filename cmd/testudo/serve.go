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
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"testudo/internal/server"
	"testudo/web"
)

// shutdownFor is how long a server that is told to stop waits for what is under
// way.
const shutdownFor = 20 * time.Second

func serveCommand() *cobra.Command {
	var listen, data, cert, key, users, secret, logs string
	var plain, verbose bool
	var workers int
	var l server.Limits
	var provider server.OIDC
	cmd := &cobra.Command{
		Use: "serve", Short: "The workbench: a globe one can argue over, in the browser", Args: cobra.NoArgs,
		Long: `Opens the workbench on this machine: theatres on a globe or a flat map, what-if
by dragging and cutting, comparison, replay, an editor, and studies that are
kept. It needs no network.

To let others in, listen beyond the loopback: with a certificate (--tls-cert,
--tls-key) or behind a proxy that has one (--plain-http), and with a file of
users (--users; testudo serve token NAME makes a user's token), a provider of
identities (--oidc-issuer and what belongs to it), or both.`,
		Example: "  testudo serve\n  testudo serve token ada >> users.txt\n  testudo serve --listen :8443 --tls-cert cert.pem --tls-key key.pem --users users.txt\n  testudo serve --listen :8443 --tls-cert cert.pem --tls-key key.pem --url https://testudo.example.org:8443 \\\n    --oidc-issuer https://login.example.org --oidc-client testudo --oidc-secret secret.txt --oidc-allow @example.org",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := server.Config{Data: data, Workers: workers, Limits: l}
			level := slog.LevelWarn
			if verbose {
				level = slog.LevelInfo
			}
			switch o := (&slog.HandlerOptions{Level: level}); logs {
			case "text":
				c.Log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), o))
			case "json":
				c.Log = slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), o))
			default:
				return coded(exitUsage, fmt.Errorf("--log %q: text or json", logs))
			}
			if err := withProvider(cmd, provider, secret, &c); err != nil {
				return coded(exitUsage, err)
			}
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
	f.StringVar(&users, "users", "", "`file` of users, a line \"name: hash\" each; beyond this machine they or a provider are needed")
	f.StringVar(&provider.Issuer, "oidc-issuer", "", "`address` of the provider of identities (OpenID Connect)")
	f.StringVar(&provider.ClientID, "oidc-client", "", "this server's `id` at the provider")
	f.StringVar(&secret, "oidc-secret", "", "`file` of the secret that goes with the id")
	f.StringSliceVar(&provider.Allow, "oidc-allow", nil, "`who` may come in by the provider: verified addresses, @domains, sub:VALUE, or * for whomever it knows")
	f.StringVar(&provider.URL, "url", "", "`address` at which browsers reach this server; the provider sends them back there")
	f.IntVar(&workers, "workers", 0, "processors a computation may use (default: all)")
	f.BoolVar(&verbose, "verbose", false, "log every request")
	f.StringVar(&logs, "log", "text", "`form` of the log: text or json")
	f.IntVar(&l.Runs, "max-runs", 0, "most replications of one question (default 1000000)")
	f.Int64Var(&l.RunsXMissiles, "max-flights", 0, "most runs times missiles times postures of one question (default 2e9)")
	f.IntVar(&l.Pairs, "max-pairs", 0, "most pairs of a flight with a sensor or battery in one theatre (default 30000)")
	f.IntVar(&l.Waiting, "max-waiting", 0, "computations that may wait; more are answered 503 (default 16)")
	f.IntVar(&l.PerUser, "max-per-user", 0, "computations of one user at a time (default 4)")
	f.IntVar(&l.Queued, "max-studies", 0, "studies of one user queued or running (default 8)")
	f.Float64Var(&l.CPUSeconds, "max-cpu", 0, "processor seconds of one user in an hour (default 1800)")
	f.Int64Var(&l.DiskBytes, "max-disk", 0, "bytes of scenarios and results of one user (default 1 GiB)")
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
	if !local && users == "" && c.OIDC == nil {
		return fmt.Errorf("--listen %s reaches beyond this machine: give --users FILE; testudo serve token NAME makes a user; or a provider, --oidc-issuer", listen)
	}
	// Behind the proxy browsers speak https.
	c.TLS = cert != "" || plain && !local
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

// withProvider reads what is said of a provider of identities.
func withProvider(cmd *cobra.Command, p server.OIDC, secret string, c *server.Config) error {
	if p.Issuer == "" {
		for _, f := range []string{"oidc-client", "oidc-secret", "oidc-allow", "url"} {
			if cmd.Flags().Changed(f) {
				return fmt.Errorf("--%s belongs to a provider of identities: give --oidc-issuer", f)
			}
		}
		return nil
	}
	if secret != "" {
		b, err := os.ReadFile(secret)
		if err != nil {
			return fmt.Errorf("--oidc-secret: %w", err)
		}
		p.ClientSecret = strings.TrimSpace(string(b))
	}
	if err := p.Check(); err != nil {
		return fmt.Errorf("--oidc-issuer, --oidc-client, --oidc-allow, --url: %w", err)
	}
	c.OIDC = &p
	return nil
}

// mostConnections are open at a time; more are closed at once.
const mostConnections = 4096

func serve(cmd *cobra.Command, listen, cert, key string, c server.Config) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Computations have as many processors as there are; two more for the program
	// let the system, which is quick to wake who waits for the network, choose
	// between them and who only reads. Go alone lets readers wait for the end of a
	// computation's ten milliseconds, several times over.
	procs := runtime.GOMAXPROCS(0)
	if c.Workers <= 0 {
		c.Workers = procs
	}
	runtime.GOMAXPROCS(procs + 2)
	s, err := server.New(c)
	if err != nil {
		return coded(exitInternal, err)
	}
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return coded(exitUsage, errors.Join(fmt.Errorf("--listen %s: %w", listen, err), s.Close(context.Background())))
	}
	// What requests wait for ends with this.
	base, cut := context.WithCancel(context.Background())
	defer cut()
	// No time limit on writing: a stream lasts as long as its study. The handler
	// gives up on who does not read.
	h := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return base }, ConnState: atMost(mostConnections),
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
	// Who cannot wait asks again: the next signal ends the program.
	stop()
	// First the studies and the streams that wait for them, then the requests: what
	// is being computed may end, what has not ended then is cut off.
	wait, cancel := context.WithTimeout(context.Background(), shutdownFor)
	defer cancel()
	err = errors.Join(err, s.StopStudies(wait))
	if late := h.Shutdown(wait); errors.Is(late, context.DeadlineExceeded) {
		c.Log.Warn("questions were cut off", "after", shutdownFor)
		cut()
		err = errors.Join(err, h.Close())
	} else {
		err = errors.Join(err, late)
	}
	return coded(exitInternal, errors.Join(err, s.Close(context.Background())))
}

// atMost closes new connections while that many are open.
func atMost(n int) func(net.Conn, http.ConnState) {
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	return func(c net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		switch state {
		case http.StateNew:
			if len(open) >= n {
				_ = c.Close()
				return
			}
			open[c] = true
		case http.StateClosed, http.StateHijacked:
			delete(open, c)
		}
	}
}
