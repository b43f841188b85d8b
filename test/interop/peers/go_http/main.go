// SPDX-License-Identifier: Apache-2.0

// A server and a caller of Nexus over HTTP with Go's SDK, for ../../nexus_peers_test.py:
//
//	go_http serve ADDRESS
//	go_http call URL COMPLETION-ADDRESS
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/nexus-rpc/sdk-go/nexus"
)

type started struct {
	url    string
	header nexus.Header
}

// handler is the service "probe", see nexus_http_peer.cpp.
type handler struct {
	nexus.UnimplementedHandler
	mutex   sync.Mutex
	waiting map[string]started
}

func (h *handler) StartOperation(ctx context.Context, service, operation string, input *nexus.LazyValue,
	options nexus.StartOperationOptions) (nexus.HandlerStartOperationResult[any], error) {
	var text string
	if err := input.Consume(&text); err != nil {
		return nil, nexus.HandlerErrorf(nexus.HandlerErrorTypeBadRequest, "no text")
	}
	if service != "probe" {
		return nil, nexus.HandlerErrorf(nexus.HandlerErrorTypeNotFound, "no such service")
	}
	switch operation {
	case "echo":
		return &nexus.HandlerStartOperationResultSync[any]{Value: text + " " + options.Header.Get("x-own")}, nil
	case "fail":
		if text == "canceled" {
			return nil, nexus.NewOperationCanceledError("not wanted")
		}
		return nil, nexus.NewOperationFailedError("went wrong")
	case "refuse":
		return nil, nexus.HandlerErrorf(nexus.HandlerErrorType(text), "refused")
	case "later":
		callback := started{options.CallbackURL, options.CallbackHeader}
		if text == "wait" {
			h.mutex.Lock()
			h.waiting["mine "+text] = callback
			h.mutex.Unlock()
		} else {
			go func() {
				completion, err := nexus.NewOperationCompletionSuccessful(
					"done "+text, nexus.OperationCompletionSuccessfulOptions{OperationToken: "mine " + text})
				complain(err)
				complete(callback, completion)
			}()
		}
		return &nexus.HandlerStartOperationResultAsync{OperationToken: "mine " + text}, nil
	}
	return nil, nexus.HandlerErrorf(nexus.HandlerErrorTypeNotFound, "no such operation")
}

func (h *handler) CancelOperation(ctx context.Context, service, operation, token string, options nexus.CancelOperationOptions) error {
	h.mutex.Lock()
	callback, known := h.waiting[token]
	delete(h.waiting, token)
	h.mutex.Unlock()
	if !known {
		return nexus.HandlerErrorf(nexus.HandlerErrorTypeNotFound, "no such token")
	}
	go func() {
		completion, err := nexus.NewOperationCompletionUnsuccessful(
			nexus.NewOperationCanceledError("stopped"), nexus.OperationCompletionUnsuccessfulOptions{OperationToken: token})
		complain(err)
		complete(callback, completion)
	}()
	return nil
}

func complete(to started, what nexus.OperationCompletion) {
	request, err := nexus.NewCompletionHTTPRequest(context.Background(), to.url, what)
	complain(err)
	for name, value := range to.header {
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	complain(err)
	_ = answer.Body.Close()
}

func complain(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// completions hands on what comes.
type completions chan string

func (c completions) CompleteOperation(ctx context.Context, request *nexus.CompletionRequest) error {
	text := string(request.State) + ": "
	if request.Error != nil {
		var failed *nexus.OperationError
		if errors.As(request.Error, &failed) {
			text += failed.Cause.Error()
		} else {
			text += request.Error.Error()
		}
	} else {
		var result string
		if err := request.Result.Consume(&result); err != nil {
			return err
		}
		text += result
	}
	c <- text + ", " + request.OperationToken + ", " + request.HTTPRequest.Header.Get("x-mine")
	return nil
}

func outcome(err error) string {
	var failed *nexus.OperationError
	var refused *nexus.HandlerError
	switch {
	case errors.As(err, &failed):
		return string(failed.State) + ": " + failed.Cause.Error()
	case errors.As(err, &refused):
		return string(refused.Type) + ": " + refused.Cause.Error()
	default:
		return "?: " + err.Error()
	}
}

func call(url, completionAddress string) {
	came := make(completions, 10)
	listener, err := net.Listen("tcp", completionAddress)
	complain(err)
	go func() {
		_ = http.Serve(listener, nexus.NewCompletionHTTPHandler(nexus.CompletionHandlerOptions{Handler: came}))
	}()
	client, err := nexus.NewHTTPClient(nexus.HTTPClientOptions{BaseURL: url, Service: "probe"})
	complain(err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	options := nexus.StartOperationOptions{
		Header:         nexus.Header{"x-own": "header"},
		CallbackURL:    "http://" + completionAddress + "/callback",
		CallbackHeader: nexus.Header{"x-mine": "callback"},
	}
	for _, each := range [][2]string{
		{"echo", "hi"}, {"fail", "failed"}, {"fail", "canceled"}, {"refuse", "NOT_FOUND"}, {"refuse", "UNAVAILABLE"}, {"nope", "x"},
	} {
		result, err := client.StartOperation(ctx, each[0], each[1], options)
		if err != nil {
			fmt.Printf("%s %s = %s\n", each[0], each[1], outcome(err))
			continue
		}
		var text string
		complain(result.Successful.Consume(&text))
		fmt.Printf("%s %s = %s\n", each[0], each[1], text)
	}
	for _, each := range []string{"soon", "wait"} {
		result, err := client.StartOperation(ctx, "later", each, options)
		complain(err)
		fmt.Printf("later %s = %s\n", each, result.Pending.Token)
		if each == "wait" {
			complain(result.Pending.Cancel(ctx, nexus.CancelOperationOptions{}))
			err = result.Pending.Cancel(ctx, nexus.CancelOperationOptions{})
			fmt.Printf("cancel again = %s\n", outcome(err))
		}
		fmt.Printf("completed %s = %s\n", each, <-came)
	}
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "call" {
		call(os.Args[2], os.Args[3])
		return
	}
	server := &http.Server{Addr: os.Args[2], Handler: nexus.NewHTTPHandler(nexus.HandlerOptions{Handler: &handler{waiting: map[string]started{}}})}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-stop
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		complain(err)
	}
}
