// Loads a webhook with what is hostile, and measures what others notice of it.
//
//	hostile-load -body FILE [-senders N] [-duration D] [-path PATH] HOST:PORT
//	hostile-load -probe [-duration D] HOST:PORT
//	hostile-load -silent N [-duration D] HOST:PORT
//
// With a body, senders post it without pause over kept connections. With -probe /livez is asked as a kubelet does, on a
// connection of its own each time, twenty times a second; by a process of its own, as a kubelet is one: among senders in one
// process it would wait for them, not for the server. With -silent so many connections are opened that never send anything;
// whatever becomes of them, they are kept until the end. Prints one JSON object.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

const (
	patience        = 30 * time.Second
	probesPerSecond = 20
)

type result struct {
	// Bodies that were judged, those that were told to come again, and all else.
	Judged int64 `json:"judged"`
	Busy   int64 `json:"busy"`
	Failed int64 `json:"failed"`
	// Of the bodies that were judged.
	BodyP50 float64 `json:"bodyMillisecondsP50"`
	BodyMax float64 `json:"bodyMillisecondsMax"`
	// Probes of /livez.
	Probes       int     `json:"probes"`
	ProbesFailed int     `json:"probesFailed"`
	ProbeP50     float64 `json:"probeMillisecondsP50"`
	ProbeP99     float64 `json:"probeMillisecondsP99"`
	ProbeMax     float64 `json:"probeMillisecondsMax"`
	// Silent connections that were opened.
	Opened int `json:"opened"`
}

func main() {
	body := flag.String("body", "", "file to post")
	senders := flag.Int("senders", 8, "connections that post it")
	asks := flag.Bool("probe", false, "ask /livez")
	silent := flag.Int("silent", 0, "connections that stay silent")
	duration := flag.Duration("duration", 10*time.Second, "how long")
	path := flag.String("path", "/validate?timeout=10s", "where to post")
	flag.Parse()
	chosen := 0
	for _, is := range []bool{*body != "", *asks, *silent > 0} {
		if is {
			chosen++
		}
	}
	if flag.NArg() != 1 || chosen != 1 {
		flag.Usage()
		os.Exit(2)
	}
	var r result
	var err error
	switch {
	case *silent > 0:
		r.Opened = staySilent(flag.Arg(0), *silent, *duration)
	case *asks:
		r = probe(flag.Arg(0), *duration)
	default:
		r, err = load(flag.Arg(0), *path, *body, *senders, *duration)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hostile-load:", err)
		os.Exit(1)
	}
	text, _ := json.Marshal(r)
	fmt.Println(string(text))
}

func client(keep bool) *http.Client {
	return &http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
			DisableKeepAlives: !keep,
		},
	}
}

func load(address, path, file string, senders int, duration time.Duration) (result, error) {
	var r result
	body, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	var group sync.WaitGroup
	var mutex sync.Mutex
	var times []float64
	end := time.Now().Add(duration)
	for i := 0; i < senders; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			c := client(true)
			for time.Now().Before(end) {
				start := time.Now()
				response, err := c.Post("https://"+address+path, "application/json", bytes.NewReader(body))
				if err != nil {
					atomic.AddInt64(&r.Failed, 1)
					continue
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
				switch response.StatusCode {
				case http.StatusOK:
					atomic.AddInt64(&r.Judged, 1)
					mutex.Lock()
					times = append(times, milliseconds(time.Since(start)))
					mutex.Unlock()
				case http.StatusServiceUnavailable, http.StatusTooManyRequests:
					atomic.AddInt64(&r.Busy, 1)
				default:
					atomic.AddInt64(&r.Failed, 1)
				}
			}
		}()
	}
	group.Wait()
	r.BodyP50, r.BodyMax = percentile(times, 0.5), percentile(times, 1)
	return r, nil
}

func probe(address string, duration time.Duration) result {
	var r result
	end := time.Now().Add(duration)
	var probes []float64
	for time.Now().Before(end) {
		next := time.Now().Add(time.Second / probesPerSecond)
		start := time.Now()
		response, err := client(false).Get("https://" + address + "/livez")
		if err == nil {
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		if err != nil || response.StatusCode != http.StatusOK {
			r.ProbesFailed++
		} else {
			probes = append(probes, milliseconds(time.Since(start)))
		}
		r.Probes++
		time.Sleep(time.Until(next))
	}
	r.ProbeP50, r.ProbeP99, r.ProbeMax = percentile(probes, 0.5), percentile(probes, 0.99), percentile(probes, 1)
	return r
}

func staySilent(address string, count int, duration time.Duration) int {
	end := time.Now().Add(duration)
	opened := 0
	for i := 0; i < count; i++ {
		// One that is not accepted is open all the same, as far as this side knows.
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			opened++
			defer connection.Close()
		}
	}
	time.Sleep(time.Until(end))
	return opened
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func percentile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := append([]float64(nil), values...)
	sort.Float64s(sorted)
	return sorted[int(share*float64(len(sorted)-1))]
}
