// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nexus-rpc/sdk-go/nexus"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

type headerKey struct{}

// headerInterceptor sends along what the workflow put into its context: a call has no option for headers.
type headerInterceptor struct {
	interceptor.WorkerInterceptorBase
}

func (*headerInterceptor) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &headerInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type headerInbound struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (i *headerInbound) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&headerOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}})
}

type headerOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (o *headerOutbound) ExecuteNexusOperation(ctx workflow.Context, input interceptor.ExecuteNexusOperationInput) workflow.NexusOperationFuture {
	if value, _ := ctx.Value(headerKey{}).(string); value != "" {
		if input.NexusHeader == nil {
			input.NexusHeader = nexus.Header{}
		}
		input.NexusHeader.Set(headerName, value)
	}
	return o.Next.ExecuteNexusOperation(ctx, input)
}

var cancellations = map[string]workflow.NexusOperationCancellationType{
	"":               workflow.NexusOperationCancellationTypeWaitCompleted,
	"WAIT_COMPLETED": workflow.NexusOperationCancellationTypeWaitCompleted,
	"WAIT_REQUESTED": workflow.NexusOperationCancellationTypeWaitRequested,
	"TRY_CANCEL":     workflow.NexusOperationCancellationTypeTryCancel,
	"ABANDON":        workflow.NexusOperationCancellationTypeAbandon,
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// chain has each error of the chain that begins with the operation's: `kind: message`.
func chain(err error) []string {
	lines := []string{}
	for ; err != nil; err = errors.Unwrap(err) {
		var kind, message string
		switch at := err.(type) {
		case *temporal.NexusOperationError:
			kind, message = "nexus", at.Message
		case *nexus.HandlerError:
			kind, message = "handler "+string(at.Type), at.Message
		case *temporal.ApplicationError:
			kind, message = "application "+at.Type(), at.Message()
		case *temporal.CanceledError:
			kind, message = "canceled", at.Error()
		case *temporal.TimeoutError:
			kind, message = "timeout "+timeoutNames[at.TimeoutType().String()], at.Error()
		default:
			kind, message = fmt.Sprintf("%T", err), err.Error()
		}
		lines = append(lines, kind+": "+message)
	}
	return lines
}

var timeoutNames = map[string]string{
	"ScheduleToClose": "SCHEDULE_TO_CLOSE",
	"ScheduleToStart": "SCHEDULE_TO_START",
	"StartToClose":    "START_TO_CLOSE",
}

func callOperation(ctx workflow.Context, call Call) (Outcome, error) {
	client := workflow.NewNexusClient(call.Endpoint, "Matrix")
	within, cancel := workflow.WithCancel(workflow.WithValue(ctx, headerKey{}, call.Header))
	ask := Ask{call.How, call.ID, call.Text}
	if call.Size != 0 {
		ask.Text = strings.Repeat("x", call.Size)
	}
	operation := client.ExecuteOperation(within, call.Operation, ask, workflow.NexusOperationOptions{
		ScheduleToCloseTimeout: milliseconds(call.ScheduleToClose),
		ScheduleToStartTimeout: milliseconds(call.ScheduleToStart),
		StartToCloseTimeout:    milliseconds(call.StartToClose),
		CancellationType:       cancellations[call.Cancel],
		Summary:                call.Summary,
	})
	var started workflow.NexusOperationExecution
	if err := operation.GetNexusOperationExecution().Get(ctx, &started); err == nil && call.Cancel != "" {
		cancel()
	}
	outcome := Outcome{Errors: []string{}}
	var answer Answer
	if err := operation.Get(ctx, &answer); err != nil {
		outcome.Errors = chain(err)
	} else if outcome.Text = answer.Text; len(answer.Text) >= 1000 {
		outcome.Text = fmt.Sprintf("%d characters", len(answer.Text))
	}
	if call.Linger != 0 {
		if err := workflow.Sleep(ctx, milliseconds(call.Linger)); err != nil {
			return outcome, err
		}
	}
	return outcome, nil
}
