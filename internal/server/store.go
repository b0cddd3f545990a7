package server

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"modernc.org/sqlite" // the driver of the index, without cgo
	sqlite3 "modernc.org/sqlite/lib"
)

// store is the index: scenarios of users, and studies with where they stand.
// Results themselves lie in files.
type store struct{ db *sql.DB }

var errNone = errors.New("there is no such thing, or it is not yours")

func openStore(path string) (*store, error) {
	// What is told to be kept is on the disk (synchronous), and nobody else has the
	// index open (locking_mode): two servers over one folder would both take up the
	// studies that wait.
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)&_pragma=busy_timeout(1000)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	// One connection: writes never meet each other, and reads are short.
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`CREATE TABLE IF NOT EXISTS scenarios (id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, shared INTEGER NOT NULL, changed TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS scenarios_owner ON scenarios(owner);
CREATE TABLE IF NOT EXISTS studies (id TEXT PRIMARY KEY, owner TEXT NOT NULL, shared INTEGER NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL, bytes INTEGER NOT NULL, study TEXT NOT NULL, question TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS studies_owner ON studies(owner);
CREATE TABLE IF NOT EXISTS sessions (hash TEXT PRIMARY KEY, user TEXT NOT NULL, until TEXT NOT NULL, credential TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (id TEXT PRIMARY KEY, name TEXT NOT NULL);`)
	if err != nil {
		var locked *sqlite.Error
		if errors.As(err, &locked) && locked.Code()&0xff == sqlite3.SQLITE_BUSY {
			err = errors.New("another testudo serves this folder; stop it, or give another with --data")
		}
		return nil, errors.Join(err, db.Close())
	}
	return &store{db}, nil
}

// Close closes the index.
func (s *store) Close() error { return s.db.Close() }

// Ping asks whether the index answers.
func (s *store) Ping() error { return s.db.Ping() }

// newID is 16 random hexadecimal digits behind a letter that says of what.
func newID(kind string) (string, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return kind + "-" + hex.EncodeToString(b[:]), nil
}

// saved is a scenario of a user's.
type saved struct {
	ID, Owner, Name, Text string
	Shared                bool
	Changed               time.Time
}

const scenarioColumns = "id, owner, name, text, shared, changed"

func scanScenario(row interface{ Scan(...any) error }) (*saved, error) {
	var x saved
	var at string
	if err := row.Scan(&x.ID, &x.Owner, &x.Name, &x.Text, &x.Shared, &at); err != nil {
		return nil, none(err)
	}
	x.Changed, _ = time.Parse(time.RFC3339Nano, at)
	return &x, nil
}

// scenario gives a scenario that a user owns or that is shared.
func (s *store) scenario(id, user string) (*saved, error) {
	return scanScenario(s.db.QueryRow("SELECT "+scenarioColumns+" FROM scenarios WHERE id = ? AND (owner = ? OR shared = 1)", id, user))
}

// scenarios lists what a user owns or that is shared, without the texts.
func (s *store) scenarios(user string) ([]*saved, error) {
	return rows(s.db, scanScenario, "SELECT id, owner, name, '', shared, changed FROM scenarios WHERE owner = ? OR shared = 1 ORDER BY name, id", user)
}

// rows reads all rows of a query.
func rows[T any](db *sql.DB, scan func(interface{ Scan(...any) error }) (T, error), query string, args ...any) ([]T, error) {
	r, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []T
	for r.Next() {
		x, err := scan(r)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, r.Err()
}

func (s *store) countScenarios(user string) (n int, err error) {
	err = s.db.QueryRow("SELECT COUNT(*) FROM scenarios WHERE owner = ?", user).Scan(&n)
	return n, err
}

func (s *store) putScenario(x *saved) error {
	_, err := s.db.Exec("INSERT INTO scenarios ("+scenarioColumns+") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET name = excluded.name, text = excluded.text, shared = excluded.shared, changed = excluded.changed",
		x.ID, x.Owner, x.Name, x.Text, x.Shared, x.Changed.Format(time.RFC3339Nano))
	return err
}

func (s *store) dropScenario(id, owner string) error {
	return one(s.db.Exec("DELETE FROM scenarios WHERE id = ? AND owner = ?", id, owner))
}

// one wants a change to have met a row.
func one(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, errNone)
	}
	return nil
}

// kept is a study with the question it answers.
type kept struct {
	Study    Study
	Question studyIn
}

func scanKept(row interface{ Scan(...any) error }) (*kept, error) {
	var a, b string
	if err := row.Scan(&a, &b); err != nil {
		return nil, none(err)
	}
	var k kept
	return &k, errors.Join(json.Unmarshal([]byte(a), &k.Study), json.Unmarshal([]byte(b), &k.Question.Body))
}

func scanStudy(row interface{ Scan(...any) error }) (Study, error) {
	var a string
	if err := row.Scan(&a); err != nil {
		return Study{}, none(err)
	}
	var x Study
	return x, json.Unmarshal([]byte(a), &x)
}

// none is errNone for a row that is not there.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errNone
	}
	return err
}

// study gives a study that a user owns or that is shared.
func (s *store) study(id, user string) (Study, error) {
	return scanStudy(s.db.QueryRow("SELECT study FROM studies WHERE id = ? AND (owner = ? OR shared = 1)", id, user))
}

// question gives a study with what it asks.
func (s *store) question(id, user string) (*kept, error) {
	return scanKept(s.db.QueryRow("SELECT study, question FROM studies WHERE id = ? AND (owner = ? OR shared = 1)", id, user))
}

func (s *store) listStudies(user string) ([]Study, error) {
	return rows(s.db, scanStudy, "SELECT study FROM studies WHERE owner = ? OR shared = 1 ORDER BY created DESC, id", user)
}

// unfinished lists what was queued or running when the server stopped, the
// oldest first.
func (s *store) unfinished() ([]*kept, error) {
	return rows(s.db, scanKept, "SELECT study, question FROM studies WHERE state IN ('queued', 'running') ORDER BY created, id")
}

func (s *store) countStudies(user string) (all, open int, err error) {
	err = s.db.QueryRow("SELECT COUNT(*), COALESCE(SUM(state IN ('queued', 'running')), 0) FROM studies WHERE owner = ?", user).Scan(&all, &open)
	return all, open, err
}

func (s *store) putStudy(k *kept) error {
	a, err := json.Marshal(k.Study)
	if err != nil {
		return err
	}
	b, err := json.Marshal(k.Question.Body)
	if err != nil {
		return err
	}
	bytes := int64(len(a) + len(b))
	for _, f := range k.Study.Files {
		bytes += f.Bytes
	}
	_, err = s.db.Exec("INSERT INTO studies (id, owner, shared, state, created, bytes, study, question) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET shared = excluded.shared, state = excluded.state, bytes = excluded.bytes, study = excluded.study",
		k.Study.ID, k.Study.Owner, k.Study.Shared, k.Study.State, k.Study.Created.Format(time.RFC3339Nano), bytes, string(a), string(b))
	return err
}

func (s *store) dropStudy(id, owner string) error {
	return one(s.db.Exec("DELETE FROM studies WHERE id = ? AND owner = ?", id, owner))
}

// disk is what the scenarios, questions and results of a user take.
func (s *store) disk(user string) (n int64, err error) {
	err = s.db.QueryRow("SELECT (SELECT COALESCE(SUM(bytes), 0) FROM studies WHERE owner = ?1) + (SELECT COALESCE(SUM(LENGTH(CAST(text AS BLOB))), 0) FROM scenarios WHERE owner = ?1)", user).Scan(&n)
	return n, err
}

// person keeps the name under which others know a user whose id is none, and
// tells it.
func (s *store) person(id, name string) error {
	_, err := s.db.Exec("INSERT INTO people (id, name) VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET name = excluded.name", id, name)
	return err
}

func (s *store) people() (map[string]string, error) {
	r, err := s.db.Query("SELECT id, name FROM people")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := map[string]string{}
	for r.Next() {
		var id, name string
		if err := r.Scan(&id, &name); err != nil {
			return nil, err
		}
		out[id] = name
	}
	return out, r.Err()
}

// putSession keeps a browser that has signed in, by the hash of its cookie.
func (s *store) putSession(hash string, x session) error {
	by, err := json.Marshal(x.by)
	if err != nil {
		return err
	}
	_, err = s.db.Exec("INSERT INTO sessions (hash, user, until, credential) VALUES (?, ?, ?, ?)", hash, x.user, x.until.UTC().Format(time.RFC3339Nano), string(by))
	return err
}

func (s *store) dropSession(hash string) error {
	_, err := s.db.Exec("DELETE FROM sessions WHERE hash = ?", hash)
	return err
}

func (s *store) sessions() (map[string]session, error) {
	type row struct {
		hash string
		session
	}
	all, err := rows(s.db, func(r interface{ Scan(...any) error }) (row, error) {
		var x row
		var until, by string
		if err := r.Scan(&x.hash, &x.user, &until, &by); err != nil {
			return x, err
		}
		var err error
		x.until, err = time.Parse(time.RFC3339Nano, until)
		return x, errors.Join(err, json.Unmarshal([]byte(by), &x.by))
	}, "SELECT hash, user, until, credential FROM sessions")
	out := map[string]session{}
	for _, x := range all {
		out[x.hash] = x.session
	}
	return out, err
}
