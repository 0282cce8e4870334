// Passes requests on to an API server that answers plain HTTP, such as kubectl proxy, each after a while: a server that is slow
// and still takes as many calls at once as there are.
//
//	slow LISTEN-ADDRESS URL DELAY
package main

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"time"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: slow LISTEN-ADDRESS URL DELAY")
		os.Exit(2)
	}
	target, err := url.Parse(os.Args[2])
	if err != nil {
		fail(err)
	}
	delay, err := time.ParseDuration(os.Args[3])
	if err != nil {
		fail(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	// Events of a watch are passed on as they come.
	proxy.FlushInterval = -1
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 1000}
	direct := proxy.Director
	proxy.Director = func(request *http.Request) {
		direct(request)
		request.Host = target.Host
	}
	fail(http.ListenAndServe(os.Args[1], http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		time.Sleep(delay)
		proxy.ServeHTTP(answer, request)
	})))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "slow:", err)
	os.Exit(1)
}
