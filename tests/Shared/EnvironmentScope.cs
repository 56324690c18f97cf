using System;
using System.Collections.Generic;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>
/// Sets environment variables until it is disposed. Only tests in the collection <see cref="RunsAlone"/> may use it.
/// </summary>
internal sealed class EnvironmentScope : IDisposable
{
    private readonly List<(string Name, string? Before)> _before = new();

    public EnvironmentScope(params (string Name, string? Value)[] variables)
    {
        foreach ((string name, string? value) in variables)
        {
            _before.Add((name, Environment.GetEnvironmentVariable(name)));
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public void Dispose()
    {
        foreach ((string name, string? before) in _before)
        {
            Environment.SetEnvironmentVariable(name, before);
        }
    }
}
