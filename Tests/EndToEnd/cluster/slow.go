package cluster

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	harness "agentrun-admission/tests/Harness"
)

// Slow passes requests on to an API server that answers plain HTTP, such as kubectl proxy, each after a while: a server that is slow
// and still takes as many calls at once as there are. Returns its own address.
func Slow(target string, delay time.Duration) string {
	api, err := url.Parse(target)
	harness.Must(err)
	listener, err := net.Listen("tcp", harness.Local(0))
	harness.Must(err)
	proxy := httputil.NewSingleHostReverseProxy(api)
	// Events of a watch are passed on as they come.
	proxy.FlushInterval = -1
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 1000}
	direct := proxy.Director
	proxy.Director = func(request *http.Request) {
		direct(request)
		request.Host = api.Host
	}
	go http.Serve(listener, http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		time.Sleep(delay)
		proxy.ServeHTTP(answer, request)
	}))
	return "http://" + listener.Addr().String()
}
