package harness

import (
	"os"
	"strings"
	"time"
)

// FakeAPI starts the API server of the tests, which writes a kubeconfig into the folder, and returns its URL once it serves.
func (w *Workplace) FakeAPI(program, log, kubeconfig string, arguments ...string) (*Process, string) {
	process := w.Start(log, program, append(arguments, "--kubeconfig", w.Path(kubeconfig))...)
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline) && !process.IsOver(); {
		// It tells its address when everything is there.
		if text, _ := os.ReadFile(process.Log); strings.HasPrefix(string(text), "http") && strings.Contains(string(text), "\n") {
			return process, strings.SplitN(string(text), "\n", 2)[0]
		}
		time.Sleep(50 * time.Millisecond)
	}
	Fatal("the API server does not start: %s", process.LastLines(3))
	return nil, ""
}
