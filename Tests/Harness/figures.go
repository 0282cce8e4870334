package harness

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Table is what a page shows, for scripts/lib.sh to print; a column that begins with > is of numbers.
type Table struct {
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// Row adds a line: what, and its value.
func (t *Table) Row(what, format string, values ...any) {
	t.Rows = append(t.Rows, []string{what, fmt.Sprintf(format, values...)})
}

// Markdown is the table as a page has it.
func (t *Table) Markdown() string {
	lines := []string{"| " + strings.Join(t.Columns, " | ") + " |", strings.Repeat("|---", len(t.Columns)) + "|"}
	for _, row := range t.Rows {
		lines = append(lines, "| "+strings.Join(row, " | ")+" |")
	}
	return strings.Join(lines, "\n") + "\n"
}

// Today is when and on what a driver measures.
func Today() string {
	name := runtime.GOARCH
	text, _ := os.ReadFile("/proc/cpuinfo")
	if found := regexp.MustCompile(`(?m)^model name\s*: (.*)$`).FindSubmatch(text); found != nil {
		name = string(found[1])
	}
	return fmt.Sprintf("%s, %d cores (%s)", time.Now().UTC().Format("2006-01-02"), runtime.NumCPU(), name)
}

// Metrics are those a replica tells on its port for them: samples by their names with labels.
func Metrics(port int) map[string]float64 {
	samples := map[string]float64{}
	response, err := http.Get("http://" + Local(port) + "/metrics")
	Must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	Must(err)
	for _, line := range strings.Split(string(text), "\n") {
		if space := strings.LastIndexByte(line, ' '); space > 0 && line[0] != '#' {
			samples[line[:space]], _ = strconv.ParseFloat(line[space+1:], 64)
		}
	}
	return samples
}

// MiB is a number of KiB.
func MiB(kibibytes int) string { return fmt.Sprintf("%d MiB", kibibytes/1024) }
