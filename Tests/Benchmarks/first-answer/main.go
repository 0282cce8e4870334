// Measures how long a server takes from its start to its first good answer.
//
//	first-answer -server-core N -client-core N [-starts N] https://127.0.0.1:PORT/readyz COMMAND ARGUMENT...
//
// Starts the command, knocks without pause until the URL answers 200, ends the command, and so on. Prints one line a
// start: the milliseconds from just before fork to the answer read. A refused knock takes less than 100 microseconds on
// loopback, which is the resolution. The command must stay in the foreground and end on SIGTERM. To keep all threads of
// this program off the command's core, start it with taskset on the client core.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

const patience = 2 * time.Minute

func main() {
	serverCore := flag.Uint("server-core", 0, "core the command runs on")
	clientCore := flag.Uint("client-core", 1, "core this program runs on")
	starts := flag.Int("starts", 1, "how often to start the command")
	flag.Parse()
	if flag.NArg() < 2 {
		flag.Usage()
		os.Exit(2)
	}
	// A child inherits the core of the thread that forks it.
	runtime.LockOSThread()
	for i := 0; i < *starts; i++ {
		elapsed, err := measure(flag.Arg(0), flag.Args()[1:], *serverCore, *clientCore)
		if err != nil {
			fmt.Fprintln(os.Stderr, "first-answer:", err)
			os.Exit(1)
		}
		fmt.Printf("%.3f\n", elapsed.Seconds()*1000)
	}
}

func measure(url string, command []string, serverCore, clientCore uint) (time.Duration, error) {
	child := exec.Command(command[0], command[1:]...)
	if err := pin(serverCore); err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := child.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	defer func() { <-ended }()
	defer child.Process.Signal(syscall.SIGTERM)
	if err := pin(clientCore); err != nil {
		return 0, err
	}
	client := &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}
	defer client.CloseIdleConnections()
	for time.Since(begin) < patience {
		if response, err := client.Get(url); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return time.Since(begin), nil
			}
		}
		select {
		case err := <-ended:
			ended <- err
			return 0, fmt.Errorf("%s ended before it answered: %v", command[0], err)
		default:
		}
	}
	return 0, fmt.Errorf("%s did not answer 200 within %s", command[0], patience)
}

// pin binds the calling thread to one core.
func pin(core uint) error {
	var mask [16]uint64
	if core >= uint(len(mask)*64) {
		return fmt.Errorf("no core %d", core)
	}
	mask[core/64] = 1 << (core % 64)
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
	if errno != 0 {
		return fmt.Errorf("cannot run on core %d: %w", core, errno)
	}
	return nil
}
