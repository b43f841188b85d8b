// A page that breaks says so; the frame around it stays.

import { Component, type ComponentChildren } from 'preact';
import { messageOf } from '../api/client.ts';

export class ErrorBoundary extends Component<{ children: ComponentChildren }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  override componentDidCatch(error: unknown): void {
    this.setState({ error });
  }

  override render(): ComponentChildren {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div class="problem" role="alert">
        This page could not be shown: {messageOf(this.state.error)}
      </div>
    );
  }
}
