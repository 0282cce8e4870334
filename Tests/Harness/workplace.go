// Package harness is what the drivers of scripts/e2e, rollout, soak and bench-cluster share: a folder for what they make, the
// programs they start, and what a process looks like from outside.
package harness

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// Workplace is a folder and the programs that are started in it; both go when the driver ends, however it does.
type Workplace struct {
	Folder string
	// The executable of agentrun-admission.
	Server    string
	mutex     sync.Mutex
	closed    bool
	processes []*Process
	leaving   []func()
}

type failure string

// Fatal ends the driver, or the case of scripts/e2e: what was to be tried could not be.
func Fatal(format string, values ...any) { panic(failure(fmt.Sprintf(format, values...))) }

// Must is Fatal with the error, if there is one.
func Must(err error) {
	if err != nil {
		Fatal("%v", err)
	}
}

// Attempt does what may come to a Fatal, and returns its message.
func Attempt(body func()) (message string, failed bool) {
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case failure:
			message, failed = string(reason), true
		default:
			panic(reason)
		}
	}()
	body()
	return "", false
}

// Parse reads the flags of a driver, which the script of that name explains; nothing may stand behind them.
func Parse(name string) {
	flag.Usage = func() { Say("%s: see scripts/%s --help", name, name) }
	flag.Parse()
	if flag.NArg() > 0 {
		Say("%s: unknown argument %s (see scripts/%s --help)", name, flag.Arg(0), name)
		os.Exit(2)
	}
}

// Main runs a driver and exits: with 0 if it found everything good, 1 if not, 2 after a Fatal, and 128 and the number of the
// signal that ended it.
func Main(name string, driver func(*Workplace) bool) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	folder, err := os.MkdirTemp("", name)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(2)
	}
	work := &Workplace{Folder: folder}
	code := make(chan int, 1)
	go func() {
		good := false
		message, failed := Attempt(func() { good = driver(work) })
		switch {
		case failed:
			fmt.Fprintf(os.Stderr, "%s: %s\n", name, message)
			code <- 2
		case good:
			code <- 0
		default:
			code <- 1
		}
	}()
	status := 0
	select {
	case status = <-code:
	case received := <-signals:
		status = 128 + int(received.(syscall.Signal))
	}
	work.leave()
	os.Exit(status)
}

// Try has the executable tried that is named, or else one that scripts/build makes.
func (w *Workplace) Try(server string) {
	if server == "" {
		server = strings.TrimSpace(string(w.Run("scripts/build")))
	}
	w.Server = server
}

// Leaving has something done at the end, before the programs are stopped; the last first.
func (w *Workplace) Leaving(action func()) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.leaving = append(w.leaving, action)
}

// GoOn ends what the driver is about when it has been told to end.
func (w *Workplace) GoOn() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.mustBeOpen()
}

func (w *Workplace) mustBeOpen() {
	if w.closed {
		Fatal("told to end")
	}
}

func (w *Workplace) leave() {
	w.mutex.Lock()
	w.closed = true
	w.mutex.Unlock()
	for last := len(w.leaving) - 1; last >= 0; last-- {
		w.leaving[last]()
	}
	for _, process := range w.processes {
		process.Stop()
	}
	os.RemoveAll(w.Folder)
}

// Path is that of a file in the folder.
func (w *Workplace) Path(name ...string) string {
	return filepath.Join(append([]string{w.Folder}, name...)...)
}

// Write makes a file at once whatever reads it, as a mounted ConfigMap changes, and returns its path.
func (w *Workplace) Write(name string, content []byte) string {
	path := w.Path(name)
	Must(os.MkdirAll(filepath.Dir(path), 0o755))
	Must(os.WriteFile(path+".new", content, 0o600))
	Must(os.Rename(path+".new", path))
	return path
}

// Start starts a program, whose output goes into a file of the folder.
func (w *Workplace) Start(log, program string, arguments ...string) *Process {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.mustBeOpen()
	process, err := start(w.Path(log), program, arguments)
	Must(err)
	w.processes = append(w.processes, process)
	return process
}

// Run runs a program to its end, for its output.
func (w *Workplace) Run(program string, arguments ...string) []byte {
	command := exec.Command(program, arguments...)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		Fatal("%s %v: %v", program, arguments, err)
	}
	return output
}

// Certificates has the server make a certificate in a folder, or another one of the folder's authority.
func (w *Workplace) Certificates(folder string, names ...string) {
	w.Run(w.Server, append([]string{"certs", "generate", "--directory", w.Path(folder)}, names...)...)
}

// Serve starts the webhook on a port of 127.0.0.1 and waits until it is ready.
func (w *Workplace) Serve(log string, port int, arguments ...string) *Process {
	arguments = append([]string{"serve", "--host", "127.0.0.1", "--port", fmt.Sprint(port)}, arguments...)
	process := w.Start(log, w.Server, arguments...)
	process.WaitReady("https://" + Local(port) + "/readyz")
	return process
}

// Print writes a driver's result on stdout.
func Print(result any) {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	Must(encoder.Encode(result))
}

// Say tells people how far the driver is.
func Say(format string, values ...any) { fmt.Fprintf(os.Stderr, format+"\n", values...) }
