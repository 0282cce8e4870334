package cluster

import (
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// Outcome is what became of a command, or of a look at something.
type Outcome struct {
	OK             bool
	Stdout, Stderr string
}

// run runs a command to its end.
func run(command *exec.Cmd) Outcome {
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	outcome := Outcome{err == nil, stdout.String(), stderr.String()}
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		outcome.Stderr = err.Error()
	}
	return outcome
}

// Execute runs a program to its end, with a text on its stdin.
func Execute(text, program string, arguments ...string) Outcome {
	command := exec.Command(program, arguments...)
	command.Stdin = strings.NewReader(text)
	return run(command)
}

// That is the outcome of a look.
func That(holds bool) Outcome {
	if holds {
		return Outcome{OK: true}
	}
	return Outcome{Stderr: "it does not hold"}
}

// Output is what it printed.
func (o Outcome) Output() string { return o.Stdout + o.Stderr }

// Has is whether a line of that matches a pattern.
func (o Outcome) Has(pattern string) bool {
	return regexp.MustCompile("(?m)" + pattern).MatchString(o.Output())
}

// IsDenied is whether the webhook refused it with a text that matches.
func (o Outcome) IsDenied(pattern string) bool {
	return !o.OK && o.Has("denied the request: .*"+pattern)
}

// Lines are those of stdout.
func (o Outcome) Lines() []string {
	if text := strings.TrimSpace(o.Stdout); text != "" {
		return strings.Split(text, "\n")
	}
	return nil
}

// Like are the lines that match a pattern.
func Like(lines []string, pattern string) (matching []string) {
	expression := regexp.MustCompile(pattern)
	for _, line := range lines {
		if expression.MatchString(line) {
			matching = append(matching, line)
		}
	}
	return matching
}

// With counts them.
func With(lines []string, pattern string) int { return len(Like(lines, pattern)) }

// Soon tries until it succeeds or the time is over, as the webhook hears of changes a moment after kubectl does.
func Soon(patience time.Duration, try func() Outcome) Outcome {
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if outcome := try(); outcome.OK || time.Now().After(deadline) {
			return outcome
		}
	}
}

// Stays tries for so long, and is good if it succeeded each time.
func Stays(duration time.Duration, try func() Outcome) Outcome {
	outcome := That(true)
	for deadline := time.Now().Add(duration); outcome.OK && time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		outcome = try()
	}
	return outcome
}
