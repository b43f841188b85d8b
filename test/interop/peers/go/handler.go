// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nexus-rpc/sdk-go/nexus"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/temporalnexus"
	"go.temporal.io/sdk/workflow"
)

func run(ctx workflow.Context, ask Ask) (Answer, error) {
	switch ask.How {
	case "fail":
		return Answer{}, temporal.NewNonRetryableApplicationError("no money", "Poor", nil)
	case "wait", "stay":
		finished := false
		selector := workflow.NewSelector(ctx)
		selector.AddReceive(workflow.GetSignalChannel(ctx, "finish"), func(from workflow.ReceiveChannel, _ bool) {
			from.Receive(ctx, nil)
			finished = true
		})
		selector.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {})
		selector.Select(ctx)
		if !finished {
			cleanup := time.Second
			if ask.How == "stay" {
				cleanup = 20 * time.Second
			}
			detached, _ := workflow.NewDisconnectedContext(ctx)
			if err := workflow.Sleep(detached, cleanup); err != nil {
				return Answer{}, err
			}
			return Answer{}, ctx.Err()
		}
	}
	return reply(ask.Text), nil
}

func target(ctx workflow.Context) error {
	written := []string{}
	if err := workflow.SetQueryHandler(ctx, "notes", func() ([]string, error) { return written, nil }); err != nil {
		return err
	}
	if err := workflow.SetUpdateHandler(ctx, "approve", func(ctx workflow.Context, ask Ask) (Answer, error) {
		if err := workflow.Sleep(ctx, 200*time.Millisecond); err != nil {
			return Answer{}, err
		}
		return reply(ask.Text), nil
	}); err != nil {
		return err
	}
	notes := workflow.GetSignalChannel(ctx, "note")
	for {
		var text string
		notes.Receive(ctx, &text)
		written = append(written, text)
	}
}

func act(_ context.Context, ask Ask) (Answer, error) { return reply(ask.Text), nil }

// counter knows how often each operation was asked for.
type counter struct {
	mutex sync.Mutex
	seen  map[string]int
}

func (c *counter) next(id string) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.seen[id]++
	return c.seen[id]
}

func fail(seen *counter, ask Ask) (Answer, error) {
	switch ask.How {
	case "operation failed":
		return Answer{}, nexus.NewOperationFailedErrorf("%s", ask.Text)
	case "operation canceled":
		return Answer{}, nexus.NewOperationCanceledErrorf("%s", ask.Text)
	case "application":
		return Answer{}, temporal.NewNonRetryableApplicationError(ask.Text, "Poor", nil)
	case "retry":
		attempt := seen.next(ask.ID)
		if attempt == 1 {
			return Answer{}, nexus.NewHandlerErrorf(nexus.HandlerErrorTypeUnavailable, "not yet")
		}
		return reply(fmt.Sprintf("attempt %d", attempt)), nil
	}
	err := nexus.NewHandlerErrorf(nexus.HandlerErrorType(ask.How), "%s", ask.Text)
	if err.Retryable() {
		err.RetryBehavior = nexus.HandlerErrorRetryBehaviorNonRetryable
	}
	return Answer{}, err
}

func message(ctx context.Context, ask Ask, _ nexus.StartOperationOptions) (Answer, error) {
	c := temporalnexus.GetClient(ctx)
	if err := c.SignalWorkflow(ctx, ask.ID, "", "note", ask.Text); err != nil {
		return Answer{}, err
	}
	seen, err := c.QueryWorkflow(ctx, ask.ID, "", "notes")
	if err != nil {
		return Answer{}, err
	}
	var notes []string
	if err := seen.Get(&notes); err != nil {
		return Answer{}, err
	}
	update, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: ask.ID, UpdateName: "approve", Args: []any{ask}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return Answer{}, err
	}
	var approved Answer
	if err := update.Get(ctx, &approved); err != nil {
		return Answer{}, err
	}
	if _, err := c.SignalWithStartWorkflow(ctx, ask.Text+"-kept", "note", ask.Text,
		client.StartWorkflowOptions{TaskQueue: "handlers-" + me}, "MatrixTarget"); err != nil {
		return Answer{}, err
	}
	noted := "lost, "
	if slices.Contains(notes, ask.Text) {
		noted = "noted, "
	}
	return Answer{noted + approved.Text}, nil
}

func operations() []nexus.RegisterableOperation {
	seen := &counter{seen: map[string]int{}}
	type options = nexus.StartOperationOptions
	type started = temporalnexus.TemporalOperationResult[Answer]
	return []nexus.RegisterableOperation{
		nexus.NewSyncOperation("echo", func(_ context.Context, ask Ask, _ options) (Answer, error) {
			return reply(ask.Text), nil
		}),
		nexus.NewSyncOperation("header", func(_ context.Context, _ Ask, with options) (Answer, error) {
			return reply(with.Header.Get(headerName)), nil
		}),
		nexus.NewSyncOperation("fail", func(_ context.Context, ask Ask, _ options) (Answer, error) { return fail(seen, ask) }),
		nexus.NewSyncOperation("slow", func(ctx context.Context, _ Ask, _ options) (Answer, error) {
			select {
			case <-time.After(4 * time.Second):
				return reply("late"), nil
			case <-ctx.Done():
				return Answer{}, ctx.Err()
			}
		}),
		nexus.NewSyncOperation("message", message),
		temporalnexus.NewWorkflowRunOperation("run", run, func(_ context.Context, ask Ask, _ options) (client.StartWorkflowOptions, error) {
			return client.StartWorkflowOptions{
				ID: ask.ID, TaskQueue: "handlers-" + me,
				WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			}, nil
		}),
		temporalnexus.MustNewTemporalOperation(temporalnexus.TemporalOperationOptions[Ask, Answer]{
			Name: "update",
			Start: func(ctx context.Context, c temporalnexus.NexusClient, ask Ask, _ temporalnexus.StartTemporalOperationOptions) (started, error) {
				return temporalnexus.StartUpdateWorkflow[Answer](ctx, c, client.UpdateWorkflowOptions{
					WorkflowID: ask.ID, UpdateName: "approve", Args: []any{ask}, WaitForStage: client.WorkflowUpdateStageAccepted,
				})
			},
		}),
		temporalnexus.MustNewTemporalOperation(temporalnexus.TemporalOperationOptions[Ask, Answer]{
			Name: "activity",
			Start: func(ctx context.Context, c temporalnexus.NexusClient, ask Ask, _ temporalnexus.StartTemporalOperationOptions) (started, error) {
				return temporalnexus.StartUntypedActivity[Answer](ctx, c, client.StartActivityOptions{
					ID: ask.ID, TaskQueue: "handlers-" + me, StartToCloseTimeout: 10 * time.Second,
				}, "MatrixActivity", ask)
			},
		}),
	}
}
