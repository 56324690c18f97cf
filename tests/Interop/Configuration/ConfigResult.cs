using System;
using System.Collections.Generic;
using System.Linq;

namespace CodePipeline.ThirdParty.Interop.Configuration;

/// <summary>The parts of a request that the settings determine.</summary>
internal sealed record ConfigCall(
    string Service, string Endpoint, string? Key, string? Region, string? Token, string About, string? Authorization,
    string? Ca, string? Proxy)
{
    public override string ToString() => string.Join(" ", new[]
    {
        $"{Service} {Endpoint}", Key, Region, Token is null ? null : $"token '{Token}'", About,
        Authorization is null ? null : $"authorization '{Authorization}'", Ca is null ? null : $"ca {Ca}",
        Proxy is null ? null : $"proxy {Proxy}",
    }.Where(each => !string.IsNullOrEmpty(each)));
}

/// <summary>The result of a case in one client.</summary>
/// <param name="Outcome"><c>ok</c>, or the error: its id (our client) or its type (botocore).</param>
/// <param name="Message">The error message.</param>
/// <param name="Calls">The sent requests.</param>
internal sealed record ConfigResult(string Outcome, string? Message, IReadOnlyList<ConfigCall> Calls)
{
    public bool IsOk => Outcome == "ok";

    /// <summary>The requests as text; repeated requests with their number.</summary>
    public string Requests => string.Join("; ", Repeated());

    public override string ToString() => $"{Outcome} ({Message}): {Requests}";

    private IEnumerable<string> Repeated()
    {
        for (int i = 0; i < Calls.Count;)
        {
            int same = Calls.Skip(i).TakeWhile(each => each == Calls[i]).Count();
            yield return same == 1 ? Calls[i].ToString() : $"{Calls[i]} x{same}";
            i += same;
        }
    }
}
