// Package checks is what a part of scripts/e2e found: each thing that had to be so, with what was found instead, and figures.
package checks

import (
	"fmt"
	"strings"
	"time"

	"agentrun-admission/tests/EndToEnd/cluster"
	harness "agentrun-admission/tests/Harness"
)

// Result is what became of a part.
type Result struct {
	Name    string   `json:"name"`
	Seconds float64  `json:"seconds"`
	Passed  int      `json:"passed"`
	Failed  int      `json:"failed"`
	Skipped string   `json:"skipped,omitempty"`
	Checks  []Check  `json:"checks"`
	Figures []Figure `json:"figures,omitempty"`
}

// Check is one thing that had to be so.
type Check struct {
	What   string `json:"what"`
	Passed bool   `json:"passed"`
	// What was found instead.
	Found string `json:"found,omitempty"`
}

// Figure is something that was measured, as people read it.
type Figure struct {
	What  string `json:"what"`
	Value string `json:"value"`
}

// Report tells the checks of a part as they are made, and collects them.
type Report struct {
	Result Result
	work   *harness.Workplace
	tell   func(string)
}

// Begin tells the name of a part.
func Begin(name string, work *harness.Workplace, tell func(string)) *Report {
	tell("\n" + name)
	return &Report{Result: Result{Name: name, Checks: []Check{}}, work: work, tell: tell}
}

// Try does what the part is about. If that could not be tried, the check `comes to its end` has failed.
func (r *Report) Try(what string, body func()) {
	start := time.Now()
	if message, failed := harness.Attempt(body); failed {
		r.Check(what, false, message)
	}
	r.Result.Seconds += float64(time.Since(start).Milliseconds()) / 1000
}

// Check tells whether something is so, and if not what was found instead.
func (r *Report) Check(what string, passed bool, found string) {
	r.work.GoOn()
	check := Check{What: what, Passed: passed}
	if passed {
		r.Result.Passed++
		r.tell("  ok      " + what)
	} else {
		r.Result.Failed++
		check.Found = strings.TrimRight(found, "\n")
		r.tell("  FAILED  " + what + "\n          | " + strings.ReplaceAll(check.Found, "\n", "\n          | "))
	}
	r.Result.Checks = append(r.Result.Checks, check)
}

// Skip says why a part, or the rest of it, is not tried.
func (r *Report) Skip(reason string) {
	r.Result.Skipped = reason
	r.Note("skipped " + reason)
}

// Note tells something that is no check.
func (r *Report) Note(text string) { r.tell("  (" + text + ")") }

// Figure tells what was measured.
func (r *Report) Figure(what, format string, values ...any) {
	figure := Figure{What: what, Value: fmt.Sprintf(format, values...)}
	r.Result.Figures = append(r.Result.Figures, figure)
	r.tell("          " + figure.What + ": " + figure.Value)
}

// Allowed expects that it succeeded.
func (r *Report) Allowed(what string, outcome cluster.Outcome) {
	r.expect(what, outcome.OK, "to be allowed", outcome)
}

// Warned expects that it succeeded with a warning that matches.
func (r *Report) Warned(what, pattern string, outcome cluster.Outcome) {
	r.expect(what, outcome.OK && outcome.Has("^Warning: .*"+pattern), "a warning with "+pattern, outcome)
}

// Denied expects that the webhook refused it, with a message that matches.
func (r *Report) Denied(what, pattern string, outcome cluster.Outcome) {
	r.expect(what, outcome.IsDenied(pattern), "to be denied with "+pattern, outcome)
}

func (r *Report) expect(what string, passed bool, expected string, outcome cluster.Outcome) {
	if !passed {
		what += ": expected " + expected
	}
	r.Check(what, passed, outcome.Output())
}

// Equal expects a value.
func (r *Report) Equal(what string, expected, found any) {
	if passed := expected == found; passed {
		r.Check(what, true, "")
	} else {
		r.Check(fmt.Sprintf("%s: expected %v", what, expected), false, fmt.Sprint(found))
	}
}
