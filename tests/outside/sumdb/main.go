// Sumdb verifies an exported or served log with the libraries of Go's checksum database, unchanged: golang.org/x/mod/sumdb/note and tlog.
//
//	sumdb VKEY SOURCE
//
// SOURCE is a directory written by `socai export --format tiles` or the http:// address of a district. Every entry is read and its hash
// compared with one authenticated against the signed root; inclusion and consistency proofs are made from the tiles and checked.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // tiles of 256 hashes, by c2sp.org/tlog-tiles

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sumdb VKEY SOURCE")
		os.Exit(2)
	}
	tree, err := verify(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Printf("verified %d %x\n", tree.N, tree.Hash[:])
}

func verify(vkey, source string) (tlog.Tree, error) {
	tree, err := checkpoint(vkey, source)
	if err != nil {
		return tree, err
	}
	hashes := tlog.TileHashReader(tree, &tiles{source})
	for n := int64(0); n < tree.N; n += 256 {
		if err := bundle(tree, hashes, source, n); err != nil {
			return tree, err
		}
	}
	return tree, proofs(tree, hashes)
}

// checkpoint opens the signed note. It is parsed here: tlog.ParseTree wants the first line of the checksum database.
func checkpoint(vkey, source string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	bytes, err := read(source, "checkpoint")
	if err != nil {
		return tree, err
	}
	signed, err := note.Open(bytes, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree, fmt.Errorf("a checkpoint of %s has three lines: %q", verifier.Name(), signed.Text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, fmt.Errorf("%q is no root", lines[2])
	}
	copy(tree.Hash[:], root)
	return tree, nil
}

// bundle compares the entries from leaf n on with the tree.
func bundle(tree tlog.Tree, hashes tlog.HashReader, source string, n int64) error {
	width := min(tree.N-n, 256)
	path := tlog.Tile{H: height, L: 0, N: n / 256, W: int(width)}.Path()
	data, err := read(source, strings.Replace(path, "tile/8/0/", "tile/entries/", 1))
	if err != nil {
		return err
	}
	for i := range width {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("entry %d is cut", n+i)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		stored, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n+i)})
		if err != nil {
			return err
		}
		if stored[0] != tlog.RecordHash(data[2:end]) {
			return fmt.Errorf("entry %d is not the one in the tree", n+i)
		}
		data = data[end:]
	}
	if len(data) != 0 {
		return fmt.Errorf("%d bytes behind the entries of a bundle", len(data))
	}
	return nil
}

// proofs checks some inclusion proofs and a consistency proof to each of them.
func proofs(tree tlog.Tree, hashes tlog.HashReader) error {
	for n := int64(0); n < tree.N; n += 1 + tree.N/50 {
		record, err := tlog.ProveRecord(tree.N, n, hashes)
		if err != nil {
			return err
		}
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(record, tree.N, tree.Hash, n, leaf[0]); err != nil {
			return fmt.Errorf("inclusion of %d: %w", n, err)
		}
		older, err := tlog.TreeHash(n+1, hashes)
		if err != nil {
			return err
		}
		consistency, err := tlog.ProveTree(tree.N, n+1, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(consistency, tree.N, tree.Hash, n+1, older); err != nil {
			return fmt.Errorf("consistency from %d: %w", n+1, err)
		}
	}
	return nil
}

// tiles reads tiles by their C2SP paths, which lack the height that Go's have.
type tiles struct{ source string }

func (t *tiles) Height() int { return height }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := read(t.source, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

var client = http.Client{Timeout: 30 * time.Second}

func read(source, path string) ([]byte, error) {
	if !strings.HasPrefix(source, "http://") {
		return os.ReadFile(filepath.Join(source, filepath.FromSlash(path)))
	}
	answer, err := client.Get(source + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 1<<20))
}
