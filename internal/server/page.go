package server

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
)

// Page is the built page: files by path, compressed, and what names them for
// caches.
type Page struct{ files map[string]pageFile }

type pageFile struct {
	zipped []byte
	kind   string
	etag   string
}

// kinds of files that a page has; others are not served.
var kinds = map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json", ".wasm": "application/wasm",
	".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml", ".gif": "image/gif", ".ico": "image/x-icon", ".xml": "text/xml; charset=utf-8", ".ktx2": "image/ktx2", ".glb": "model/gltf-binary", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}

// NewPage reads a built page from an archive of files that are each compressed
// by gzip and named with .gz at the end.
func NewPage(z *zip.Reader) (*Page, error) {
	p := &Page{map[string]pageFile{}}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".gz")
		if !ok {
			continue
		}
		kind := kinds[strings.ToLower(path.Ext(name))]
		if kind == "" {
			kind = mime.TypeByExtension(path.Ext(name))
		}
		if kind == "" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		p.files[name] = pageFile{b, kind, `"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	if _, ok := p.files["index.html"]; !ok {
		return nil, errors.New("the built page has no index.html")
	}
	return p, nil
}

// servePage gives the page's files, compressed to whoever takes that.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	if strings.HasPrefix(r.URL.Path, "/api/") || s.Page == nil {
		if name == "index.html" && !wantsPage(r) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, s.NoPage+"\nThe API answers under "+apiPrefix+"; its description is /openapi.json.\n")
			return
		}
		if name == "index.html" {
			tell(w, http.StatusServiceUnavailable, s.NoPage)
			return
		}
		tell(w, http.StatusNotFound, "there is nothing here")
		return
	}
	f, ok := s.Page.files[name]
	if !ok {
		tell(w, http.StatusNotFound, "there is nothing here")
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.etag)
	h.Add("Vary", "Accept-Encoding")
	// A name with a digest in it never changes its content.
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(f.zipped)
		return
	}
	z, err := gzip.NewReader(bytes.NewReader(f.zipped))
	if err != nil {
		tell(w, http.StatusInternalServerError, "the built page is damaged")
		return
	}
	_, _ = io.Copy(w, z)
}
