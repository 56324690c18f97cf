using System;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>The host of a handler: the caller's in all but its screen.</summary>
/// <param name="real">The caller's host; <see langword="null"/> for handlers in runspaces of their own.</param>
/// <param name="canAsk">Whether somebody is there to answer questions.</param>
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
            throw new HostException("A handler cannot ask here: nobody is there to answer.");
        }

        real.EnterNestedPrompt();
    }

    public override void ExitNestedPrompt() => real?.ExitNestedPrompt();

    public override void NotifyBeginApplication() => real?.NotifyBeginApplication();

    public override void NotifyEndApplication() => real?.NotifyEndApplication();

    public override void SetShouldExit(int exitCode) => real?.SetShouldExit(exitCode);
}
