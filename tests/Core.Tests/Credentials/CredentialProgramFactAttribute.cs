using System;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Credentials;

/// <summary>A test that runs a program that only Unix has.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CredentialProgramFactAttribute : FactAttribute
{
    public CredentialProgramFactAttribute()
    {
        // The SDK's .NET Framework build starts programs as Windows does, wherever it runs.
#if NET
        if (OperatingSystem.IsWindows())
#endif
        {
            Skip = "There is no 'cat' here.";
        }
    }
}
