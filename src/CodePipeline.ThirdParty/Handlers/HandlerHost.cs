using System;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>A handler's host: the caller's host with a user interface that records output.</summary>
/// <param name="real">The caller's host; <see langword="null"/> for handlers in separate runspaces.</param>
/// <param name="canAsk">Whether a handler may prompt the user.</param>
internal sealed class HandlerHost(PSHost? real, bool canAsk) : PSHost
{
    public HandlerUserInterface Screen { get; } = new(canAsk ? real?.UI : null);

    public override CultureInfo CurrentCulture => real?.CurrentCulture ?? CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => real?.CurrentUICulture ?? CultureInfo.CurrentUICulture;

    public override Guid InstanceId { get; } = real?.InstanceId ?? Guid.NewGuid();

    public override string Name => real?.Name ?? "CPThirdPartyHandler";

    public override PSObject? PrivateData => real?.PrivateData;

    public override PSHostUserInterface UI => Screen;

    public override Version Version => real?.Version ?? typeof(HandlerHost).Assembly.GetName().Version!;

    public override void EnterNestedPrompt()
    {
        if (real is null || !canAsk)
        {
            throw new HostException("The handler cannot prompt here: no user is available.");
        }

        real.EnterNestedPrompt();
    }

    public override void ExitNestedPrompt() => real?.ExitNestedPrompt();

    public override void NotifyBeginApplication() => real?.NotifyBeginApplication();

    public override void NotifyEndApplication() => real?.NotifyEndApplication();

    public override void SetShouldExit(int exitCode) => real?.SetShouldExit(exitCode);
}
