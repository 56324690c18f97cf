using System;
using System.IO;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Credentials;

/// <summary>A test that runs a Unix program.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CredentialProgramFactAttribute : FactAttribute
{
    public CredentialProgramFactAttribute()
    {
        if (Path.DirectorySeparatorChar == '\\')
        {
            Skip = "This system has no 'cat'.";
        }
    }
}
