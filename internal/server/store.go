package server

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	_ "modernc.org/sqlite" // the driver of the index, without cgo
)

// store is the index: scenarios of users, and studies with where they stand.
// Results themselves lie in files.
type store struct{ db *sql.DB }

var errNone = errors.New("there is no such thing, or it is not yours")

func openStore(path string) (*store, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=synchronous(NORMAL)")
	if err != nil {
		return nil, err
	}
	// One connection: writes never meet each other, and reads are short.
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`CREATE TABLE IF NOT EXISTS scenarios (id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, shared INTEGER NOT NULL, changed TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS scenarios_owner ON scenarios(owner);
CREATE TABLE IF NOT EXISTS studies (id TEXT PRIMARY KEY, owner TEXT NOT NULL, shared INTEGER NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL, bytes INTEGER NOT NULL, study TEXT NOT NULL, question TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS studies_owner ON studies(owner);`)
	if err != nil {
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
		if errors.Is(err, sql.ErrNoRows) {
			return nil, errNone
		}
		return nil, err
	}
	x.Changed, _ = time.Parse(time.RFC3339Nano, at)
	return &x, nil
}

// scenario gives a scenario that a user owns or that is shared.
func (s *store) scenario(id, user string) (*saved, error) {
	return scanScenario(s.db.QueryRow("SELECT "+scenarioColumns+" FROM scenarios WHERE id = ? AND (owner = ? OR shared = 1)", id, user))
}

func (s *store) scenarios(user string) ([]*saved, error) {
	rows, err := s.db.Query("SELECT "+scenarioColumns+" FROM scenarios WHERE owner = ? OR shared = 1 ORDER BY name, id", user)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*saved
	for rows.Next() {
		x, err := scanScenario(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
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

func scanStudy(row interface{ Scan(...any) error }) (*kept, error) {
	var a, b string
	if err := row.Scan(&a, &b); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return nil, errNone
		}
		return nil, err
	}
	var k kept
	return &k, errors.Join(json.Unmarshal([]byte(a), &k.Study), json.Unmarshal([]byte(b), &k.Question.Body))
}

// study gives a study that a user owns or that is shared.
func (s *store) study(id, user string) (*kept, error) {
	return scanStudy(s.db.QueryRow("SELECT study, question FROM studies WHERE id = ? AND (owner = ? OR shared = 1)", id, user))
}

func (s *store) listStudies(user string) ([]*kept, error) {
	return s.queryStudies("SELECT study, question FROM studies WHERE owner = ? OR shared = 1 ORDER BY created DESC, id", user)
}

// unfinished lists what was queued or running when the server stopped, the
// oldest first.
func (s *store) unfinished() ([]*kept, error) {
	return s.queryStudies("SELECT study, question FROM studies WHERE state IN ('queued', 'running') ORDER BY created, id")
}

func (s *store) queryStudies(query string, args ...any) ([]*kept, error) {
	rows, err := s.db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*kept
	for rows.Next() {
		k, err := scanStudy(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
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
	bytes := int64(0)
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

// disk is what the results of a user take.
func (s *store) disk(user string) (n int64, err error) {
	err = s.db.QueryRow("SELECT COALESCE(SUM(bytes), 0) FROM studies WHERE owner = ?", user).Scan(&n)
	return n, err
}
