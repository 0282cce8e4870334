package harness

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"math/rand"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a program that was started.
type Process struct {
	// Log is the file its output goes to.
	Log     string
	command *exec.Cmd
	over    chan struct{}
}

func start(log, program string, arguments []string) (*Process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	process := &Process{Log: log, command: exec.Command(program, arguments...), over: make(chan struct{})}
	process.command.Stdout, process.command.Stderr = file, file
	if err := process.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		process.command.Wait()
		close(process.over)
	}()
	return process, nil
}

// IsOver is whether it has ended.
func (p *Process) IsOver() bool {
	select {
	case <-p.over:
		return true
	default:
		return false
	}
}

// Stop asks it to end, and makes it after half a minute; returns its exit code, -1 after a signal that it did not heed.
func (p *Process) Stop() int {
	p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.over:
	case <-time.After(30 * time.Second):
		p.Kill()
	}
	return p.command.ProcessState.ExitCode()
}

// Kill ends it at once, in the middle of whatever it does.
func (p *Process) Kill() {
	p.command.Process.Kill()
	<-p.over
}

// LastLines are those of its output.
func (p *Process) LastLines(count int) string {
	text, _ := os.ReadFile(p.Log)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) > count {
		lines = lines[len(lines)-count:]
	}
	return strings.Join(lines, "\n")
}

// Number is what stands behind the last occurrence of a text in its output; 0 where there is none.
func (p *Process) Number(text string) int {
	content, _ := os.ReadFile(p.Log)
	place := bytes.LastIndex(content, []byte(text))
	if place < 0 {
		return 0
	}
	digits := content[place+len(text):]
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	number, _ := strconv.Atoi(string(digits[:end]))
	return number
}

// LinesWith are how many lines of its output have any of the texts.
func (p *Process) LinesWith(texts ...string) int {
	content, _ := os.ReadFile(p.Log)
	count := 0
	for _, line := range bytes.Split(content, []byte("\n")) {
		for _, text := range texts {
			if bytes.Contains(line, []byte(text)) {
				count++
				break
			}
		}
	}
	return count
}

// WaitReady waits two minutes at most until a URL answers 200. A self-made certificate is accepted: whoever wants it checked does
// so with the requests that count.
func (p *Process) WaitReady(url string) {
	if !p.isReadyWithin(2*time.Minute, url) {
		Fatal("%s does not get ready; its last lines are:\n%s", p.command.Path, p.LastLines(20))
	}
}

func (p *Process) isReadyWithin(patience time.Duration, url string) bool {
	client := http.Client{
		Timeout:   2 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && !p.IsOver(); {
		if response, err := client.Get(url); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return true
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// Resident is its memory in KiB.
func (p *Process) Resident() int {
	text, _ := os.ReadFile(p.proc("status"))
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kibibytes, _ := strconv.Atoi(fields[1])
			return kibibytes
		}
	}
	return 0
}

// Descriptors are how many it has open.
func (p *Process) Descriptors() int {
	entries, _ := os.ReadDir(p.proc("fd"))
	return len(entries)
}

// CPU is the processor time it has used so far.
func (p *Process) CPU() time.Duration {
	text, _ := os.ReadFile(p.proc("stat"))
	// Behind the last parenthesis, which ends the program's name, come state (field 3) and the rest; 14 and 15 are the times.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	// Linux tells them in hundredths of a second on every architecture that Go knows.
	return time.Duration(user+system) * 10 * time.Millisecond
}

func (p *Process) proc(file string) string {
	return fmt.Sprintf("/proc/%d/%s", p.command.Process.Pid, file)
}

// FreePort is a TCP port nobody listens on, below the range the kernel hands out to outgoing connections.
func FreePort() int {
	for {
		port := 20000 + rand.New(rand.NewSource(time.Now().UnixNano())).Intn(12000)
		if listener, err := net.Listen("tcp", Local(port)); err == nil {
			listener.Close()
			return port
		}
	}
}

// Local is the port's address on this machine.
func Local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
